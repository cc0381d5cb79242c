#include "isa.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

namespace otlearn {
namespace avx2 {
#define OTLEARN_VECTOR_BYTES 32
#include "vector_math.h"
#include "barycenter_impl.h"
#include "emd_pricing_impl.h"
#include "matmul_impl.h"
#include "pairs_impl.h"
}  // namespace avx2
const Kernels kAvx2Kernels = {
    "avx2", avx2::make_engine<float>, avx2::make_engine<double>, avx2::kMatmul, avx2::kEmd, avx2::kPairs};
}  // namespace otlearn

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
