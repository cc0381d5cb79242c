#include "sinkhorn/grid/sinkhorn_engine.h"

#include "isa/dispatch.h"

#define OTLEARN_FILE "sinkhorn/grid/scaling_engine.cc"
#include "isa/each_set.h"

#include "sinkhorn/grid/sinkhorn_grid_impl.h"
#include "sinkhorn/grid/sinkhorn_scaling_impl.h"
#include "sinkhorn/grid/strip_grid_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

inline SinkhornEngine* scaling_engine(const SinkhornGrid& grid) { return new GridSinkhorn<ScalingDomain, StripGrid>(grid); }

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#if OTLEARN_ONCE

namespace otlearn {

std::unique_ptr<SinkhornEngine> make_scaling_engine(const SinkhornGrid& grid) {
  return std::unique_ptr<SinkhornEngine>(OTLEARN_CHOOSE(scaling_engine)(grid));
}

}  // namespace otlearn

#endif
