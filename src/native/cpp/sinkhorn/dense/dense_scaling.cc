#include "sinkhorn/dense/sinkhorn_dense.h"

#include "isa/dispatch.h"

#define OTLEARN_FILE "sinkhorn/dense/dense_scaling.cc"
#include "isa/each_set.h"

#include "sinkhorn/dense/sinkhorn_dense_impl.h"
#include "sinkhorn/dense/sinkhorn_dense_scaling_impl.h"

namespace otlearn::OTLEARN_SET {

constexpr DenseDomain kDenseScaling = dense_domain<DenseScaling>();

}  // namespace otlearn::OTLEARN_SET

#if OTLEARN_ONCE

namespace otlearn {

const DenseDomain& dense_scaling_domain() { return OTLEARN_CHOOSE(kDenseScaling); }

}  // namespace otlearn

#endif
