#include "isa.h"


namespace otlearn {
namespace plain {
#define OTLEARN_VECTOR_BYTES 16
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
}  // namespace plain
const Kernels kPlainKernels = {
    "plain",
    plain::make_engine<float>,
    plain::make_engine<double>,
    plain::kMatmul,
    plain::kElementwise,
    plain::kReduce,
    plain::kBatchNorm,
    plain::make_sinkhorn<plain::ScalingDomain>,
    plain::make_sinkhorn<plain::LogDomain>,
};
}  // namespace otlearn
