#include "isa/isa.h"

#if defined(__x86_64__) && !defined(OTLEARN_SKIP_AVX512)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prefer-vector-width=512")
#endif

namespace otlearn {
namespace avx512 {
#define OTLEARN_VECTOR_BYTES 64
#include "isa/kernels_impl.h"
}  // namespace avx512
const Kernels kAvx512Kernels = avx512::kernels_named("avx512");
}  // namespace otlearn

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
