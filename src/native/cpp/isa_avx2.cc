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
#include "transpose_impl.h"
#include "barycenter_impl.h"
#include "matmul_impl.h"
#include "elementwise_impl.h"
#include "reduce_impl.h"
#include "batch_norm_impl.h"
#include "lines_impl.h"
#include "sinkhorn_scaling_impl.h"
#include "sinkhorn_log_impl.h"
#include "sinkhorn_grid_impl.h"
}  // namespace avx2
const Kernels kAvx2Kernels = {
    "avx2",
    avx2::make_engine<float>,
    avx2::make_engine<double>,
    avx2::kMatmul,
    avx2::kElementwise,
    avx2::kReduce,
    avx2::kBatchNorm,
    avx2::make_sinkhorn<avx2::ScalingDomain>,
    avx2::make_sinkhorn<avx2::LogDomain>,
};
}  // namespace otlearn

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
