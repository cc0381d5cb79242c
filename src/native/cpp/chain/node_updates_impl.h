// The updates of a node of chain.h, on padded vectors.
#if defined(OTLEARN_CHAIN_NODE_UPDATES_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_CHAIN_NODE_UPDATES_IMPL_H
#undef OTLEARN_CHAIN_NODE_UPDATES_IMPL_H
#else
#define OTLEARN_CHAIN_NODE_UPDATES_IMPL_H
#endif

#include <cmath>
#include <cstddef>
#include <limits>

#include "chain/node_updates.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

namespace node_updates {

using V = Vector<double>;
constexpr std::size_t kLanes = Traits<double>::kLanes;

inline V power(const V& x, double exponent) { return exp_of_any<double>(log_of_any<double>(x) * exponent); }

inline void update(const NodeVectors& of) {
  const V none = {};
  for (std::size_t i = 0; i < of.length; i += kLanes) {
    const V goal = load<double>(of.goal + i), others = load<double>(of.left + i) * load<double>(of.right + i);
    const V ratio = goal / (of.share == 1 ? others : power(others, of.share));
    store<double>(of.u + i, goal > none ? ratio : none);
  }
}

inline double violation(const NodeVectors& of) {
  V away = {}, total = {};
  const V none = {};
  for (std::size_t i = 0; i < of.length; i += kLanes) {
    const V u = load<double>(of.u + i), target = load<double>(of.target + i);
    const V moved = of.share == 1 ? target : target * power(u, 1 - 1 / of.share);
    const V aim = target > none ? moved : none;
    const V difference = u * (load<double>(of.left + i) * load<double>(of.right + i)) - aim;
    const V distance = difference < none ? -difference : difference;
    away += target > none ? distance : none;
    total += aim;
  }
  return sum_lanes<double>(away) / sum_lanes<double>(total);
}

inline double spread(const NodeVectors& of) {
  const V none = {};
  V least_ratio = broadcast<double>(kLargestRatio), most_ratio = broadcast<double>(1 / kLargestRatio);
  bool finite = true;
  for (std::size_t i = 0; i < of.length; i += kLanes) {
    const V u = load<double>(of.u + i);
    const auto absent = u == none;
    finite = finite && all_lanes<double>(absent | ((u < kLargestRatio) & (u > 1 / kLargestRatio)));
    least_ratio = absent ? least_ratio : least<double>(u, least_ratio);
    most_ratio = most<double>(u, most_ratio);
  }
  if (!finite) return std::numeric_limits<double>::infinity();
  return std::log(largest_lane<double>(most_ratio) / -largest_lane<double>(-least_ratio));
}

inline void multiply(const double* a, const double* b, double* out, std::size_t length) {
  for (std::size_t i = 0; i < length; i += kLanes) store<double>(out + i, load<double>(a + i) * load<double>(b + i));
}

}  // namespace node_updates

constexpr NodeUpdateKernels kNodeUpdateParts = {node_updates::update, node_updates::violation, node_updates::spread,
                                                node_updates::multiply};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
