#include "sinkhorn/dense/sinkhorn_dense.h"

#include "isa/dispatch.h"

#define OTLEARN_FILE "sinkhorn/dense/dense_log.cc"
#include "isa/each_set.h"

#include "sinkhorn/dense/sinkhorn_dense_impl.h"
#include "sinkhorn/dense/sinkhorn_dense_log_impl.h"

namespace otlearn::OTLEARN_SET {

constexpr DenseDomain kDenseLog = dense_domain<DenseLog>();

}  // namespace otlearn::OTLEARN_SET

#if OTLEARN_ONCE

namespace otlearn {

const DenseDomain& dense_log_domain() { return OTLEARN_CHOOSE(kDenseLog); }

}  // namespace otlearn

#endif
