// The kernel along an axis of a grid (grid_kernel_impl.h), and the radii that its shortened forms have.
#if defined(OTLEARN_BARYCENTER_GRID_AXIS_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_GRID_AXIS_IMPL_H
#undef OTLEARN_BARYCENTER_GRID_AXIS_IMPL_H
#else
#define OTLEARN_BARYCENTER_GRID_AXIS_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/correlate_impl.h"
#include "isa/set.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// One axis: its taps, and what is left out from a radius on.
template <typename T>
struct Axis {
  explicit Axis(const GridAxis& axis)
      : reach(axis.radius), taps(coded_radius<T>(reach) + 1, T(0)), outside(axis.known + 2, 0.0) {
    for (int d = 0; d <= reach; ++d) taps[d] = static_cast<T>(axis.taps[d]);
    // taps that are not known are smaller than the least one that float64 holds
    outside[axis.known + 1] = 2.0 * (axis.size - 1 - axis.known) * kLeastTap;
    for (int d = axis.known; d >= 0; --d) outside[d] = outside[d + 1] + (d > 0 ? 2 : 1) * axis.taps[d];
  }
  double all() const { return outside[0]; }
  double beyond(int radius) const { return outside[std::min(radius, reach) + 1]; }
  double next(int radius) const { return radius < reach ? static_cast<double>(taps[radius + 1]) : 0; }

  static constexpr double kLeastTap = 3.4e-308;  // exp(-708)
  int reach;                                     // entries beyond it are not used
  std::vector<T> taps;
  std::vector<double> outside;  // sum of all entries at a distance of at least d, both sides
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
