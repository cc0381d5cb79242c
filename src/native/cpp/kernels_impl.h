// Every kernel's code for one instruction set: included by isa_*.cc inside that set's namespace, with
// OTLEARN_VECTOR_BYTES set to its register width.
#include "vector_math.h"
#include "transpose_impl.h"
// the kernels, those first that others use
#include "grid_kernel_impl.h"
#include "barycenter_images_impl.h"
#include "barycenter_kept_impl.h"
#include "barycenter_loss_impl.h"
#include "barycenter_point_impl.h"
#include "barycenter_plain_impl.h"
#include "barycenter_mean_impl.h"
#include "barycenter_powers_impl.h"
#include "barycenter_impl.h"
#include "elementwise_impl.h"
#include "emd_pricing_impl.h"
#include "matmul_impl.h"
#include "pairs_impl.h"
#include "reduce_impl.h"
#include "batch_norm_impl.h"
#include "lines_impl.h"
#include "lane_grid_impl.h"
#include "sinkhorn_scaling_impl.h"
#include "sinkhorn_log_impl.h"
#include "sinkhorn_grid_impl.h"
#include "sinkhorn_dense_scaling_impl.h"
#include "sinkhorn_dense_log_impl.h"
#include "sinkhorn_dense_impl.h"
#include "softmax_impl.h"

constexpr Kernels kernels_named(const char* name) {
  return {name,
          make_engine<float>,
          make_engine<double>,
          kBatchNorm,
          kElementwise,
          kEmd,
          kMatmul,
          kPairs,
          kReduce,
          make_sinkhorn<ScalingDomain, StripGrid>,
          make_sinkhorn<ScalingDomain, LaneGrid>,
          Traits<float>::kLanes,
          make_sinkhorn<LogDomain, StripGrid>,
          dense_domain<DenseScaling>(),
          dense_domain<DenseLog>(),
          kSoftmax};
}
