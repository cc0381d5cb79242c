#include "isa.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prefer-vector-width=512")
#endif

namespace otlearn {
namespace avx512 {
#define OTLEARN_VECTOR_BYTES 64
#include "vector_math.h"
#include "barycenter_impl.h"
#include "emd_pricing_impl.h"
#include "matmul_impl.h"
#include "pairs_impl.h"
}  // namespace avx512
const Kernels kAvx512Kernels = {
    "avx512", avx512::make_engine<float>, avx512::make_engine<double>, avx512::kMatmul, avx512::kEmd, avx512::kPairs};
}  // namespace otlearn

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
