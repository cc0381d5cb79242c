#include "sinkhorn/grid/sinkhorn_engine.h"

#include "isa/dispatch.h"

#define OTLEARN_FILE "sinkhorn/grid/lanes_engine.cc"
#include "isa/each_set.h"

#include "sinkhorn/grid/lane_grid_impl.h"
#include "sinkhorn/grid/sinkhorn_grid_impl.h"
#include "sinkhorn/grid/sinkhorn_scaling_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

constexpr int kSinkhornLanes = Traits<float>::kLanes;

inline SinkhornEngine* lanes_engine(const SinkhornGrid& grid) { return new GridSinkhorn<ScalingDomain, LaneGrid>(grid); }

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#if OTLEARN_ONCE

namespace otlearn {

std::unique_ptr<SinkhornEngine> make_lanes_engine(const SinkhornGrid& grid) {
  return std::unique_ptr<SinkhornEngine>(OTLEARN_CHOOSE(lanes_engine)(grid));
}

int sinkhorn_lanes() { return OTLEARN_CHOOSE(kSinkhornLanes); }

}  // namespace otlearn

#endif
