// Every kernel's code for one instruction set: included by isa_*.cc inside that set's namespace, with
// OTLEARN_VECTOR_BYTES set to its register width.
#include "base/vector_math.h"
#include "base/row_impl.h"
#include "base/transpose_impl.h"
#include "base/tile_impl.h"
// the kernels, those first that others use
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "barycenter/correlate_impl.h"
#include "barycenter/grid_kernel_impl.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/dense_kernel_impl.h"
#include "barycenter/barycenter_kept_impl.h"
#include "barycenter/barycenter_loss_impl.h"
#include "barycenter/barycenter_point_impl.h"
#include "barycenter/barycenter_plain_impl.h"
#include "barycenter/barycenter_mean_impl.h"
#include "barycenter/barycenter_powers_impl.h"
#include "barycenter/barycenter_grid_impl.h"
#include "barycenter/barycenter_dense_impl.h"
#include "barycenter/barycenter_impl.h"
#include "host/dense_operator_impl.h"
#include "tensors/elementwise_impl.h"
#include "emd/emd_pricing_impl.h"
#include "tensors/matmul_impl.h"
#include "pairs/pairs_common_impl.h"
#include "pairs/pairs_float_impl.h"
#include "pairs/pairs_double_impl.h"
#include "tensors/reduce_impl.h"
#include "tensors/batch_norm_impl.h"
#include "sinkhorn/grid/blur_impl.h"
#include "sinkhorn/grid/strip_grid_impl.h"
#include "sinkhorn/grid/lane_grid_impl.h"
#include "sinkhorn/grid/sinkhorn_scaling_impl.h"
#include "sinkhorn/grid/sinkhorn_log_impl.h"
#include "sinkhorn/grid/sinkhorn_grid_impl.h"
#include "sinkhorn/dense/sinkhorn_dense_scaling_impl.h"
#include "sinkhorn/dense/sinkhorn_dense_log_impl.h"
#include "sinkhorn/dense/dense_block_impl.h"
#include "sinkhorn/dense/sinkhorn_dense_impl.h"
#include "tensors/softmax_impl.h"

constexpr Kernels kernels_named(const char* name) {
  return {name,
          make_engine<float>,
          make_engine<double>,
          kBatchNorm,
          kDenseOperatorParts,
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
