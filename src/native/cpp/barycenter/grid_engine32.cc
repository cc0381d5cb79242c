#include "barycenter/engines.h"

#include "isa/dispatch.h"

#define OTLEARN_FILE "barycenter/grid_engine32.cc"
#include "isa/each_set.h"

#include "barycenter/barycenter_grid_impl.h"
#include "barycenter/barycenter_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

inline BarycenterEngine* grid_engine32(const BarycenterProblem& problem) {
  return make_engine_with<float, GridProducts>(problem);
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#if OTLEARN_ONCE

namespace otlearn {

std::unique_ptr<BarycenterEngine> make_grid_engine32(const BarycenterProblem& problem) {
  return std::unique_ptr<BarycenterEngine>(OTLEARN_CHOOSE(grid_engine32)(problem));
}

}  // namespace otlearn

#endif
