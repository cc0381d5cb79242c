#include "barycenter/engines.h"

#include "isa/dispatch.h"

#define OTLEARN_FILE "barycenter/dense_engine32.cc"
#include "isa/each_set.h"

#include "barycenter/barycenter_dense_impl.h"
#include "barycenter/barycenter_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

inline BarycenterEngine* dense_engine32(const BarycenterProblem& problem) {
  return make_engine_with<float, DenseProducts>(problem);
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#if OTLEARN_ONCE

namespace otlearn {

std::unique_ptr<BarycenterEngine> make_dense_engine32(const BarycenterProblem& problem) {
  return std::unique_ptr<BarycenterEngine>(OTLEARN_CHOOSE(dense_engine32)(problem));
}

}  // namespace otlearn

#endif
