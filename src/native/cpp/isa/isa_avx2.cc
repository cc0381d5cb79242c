#include "isa/isa.h"

#if defined(__x86_64__) && !defined(OTLEARN_SKIP_AVX2)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

namespace otlearn {
namespace avx2 {
#define OTLEARN_VECTOR_BYTES 32
#include "isa/kernels_impl.h"
}  // namespace avx2
const Kernels kAvx2Kernels = avx2::kernels_named("avx2");
}  // namespace otlearn

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
