// Pricing of arcs, see emd_pricing.h.
#if defined(OTLEARN_EMD_EMD_PRICING_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_EMD_EMD_PRICING_IMPL_H
#undef OTLEARN_EMD_EMD_PRICING_IMPL_H
#else
#define OTLEARN_EMD_EMD_PRICING_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <limits>

#include "emd/emd_pricing.h"
#include "emd/point_pricing_impl.h"
#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// The first column with this reduced cost.
inline int column_of(const double* entries, std::ptrdiff_t stride, double row_level, const double* column_levels,
                     double reduced) {
  constexpr int kLanes = Traits<double>::kLanes;
  constexpr std::ptrdiff_t kColumnsAtOnce = 256;
  const double infinity = std::numeric_limits<double>::infinity();
  Vector<double> lane_numbers;
  for (int lane = 0; lane < kLanes; ++lane) lane_numbers[lane] = lane;
  for (std::ptrdiff_t begin = 0; begin < stride; begin += kColumnsAtOnce) {
    const std::ptrdiff_t end = std::min(begin + kColumnsAtOnce, stride);
    Vector<double> first = broadcast<double>(infinity);
    for (std::ptrdiff_t column = begin; column < end; column += kLanes) {
      const Vector<double> here = (load<double>(entries + column) + load<double>(column_levels + column)) - row_level;
      const Vector<double> number = lane_numbers + static_cast<double>(column);
      first = least<double>(here == reduced ? number : broadcast<double>(infinity), first);
    }
    const double found = least_lane(first);
    if (found < infinity) return static_cast<int>(found);
  }
  return 0;
}

inline PricedArc price(const double* cost, std::ptrdiff_t stride, const double* row_levels, const double* column_levels,
                       int begin, int end) {
  constexpr int kLanes = Traits<double>::kLanes;
  static_assert(kCostUnit % kLanes == 0, "rows are whole vectors");
  const double infinity = std::numeric_limits<double>::infinity();
  Vector<double> least_reduced = broadcast<double>(infinity), least_row = broadcast<double>(begin);
  for (int row = begin; row < end; ++row) {
    const double* entries = cost + row * stride;
    Vector<double> smallest = broadcast<double>(infinity);
    for (std::ptrdiff_t column = 0; column < stride; column += kLanes) {
      smallest = least<double>(load<double>(entries + column) + load<double>(column_levels + column), smallest);
    }
    smallest -= row_levels[row];
    const auto better = smallest < least_reduced;
    least_reduced = better ? smallest : least_reduced;
    least_row = better ? broadcast<double>(row) : least_row;
  }
  const double reduced = least_lane(least_reduced);
  const int row = static_cast<int>(least_lane(least_reduced == reduced ? least_row : broadcast<double>(end)));
  return {reduced, row, column_of(cost + row * stride, stride, row_levels[row], column_levels, reduced)};
}

inline bool obeys_triangles(const double* cost, std::ptrdiff_t stride, int size, int row, double tolerance) {
  constexpr int kLanes = Traits<double>::kLanes;
  const double* direct = cost + row * stride;
  for (int by = 0; by < size; ++by) {
    const double* onward = cost + by * stride;
    const double first = direct[by] + tolerance;
    Bits<double> longer{};
    for (std::ptrdiff_t column = 0; column < stride; column += kLanes) {
      longer |= cast_bits<Bits<double>>(load<double>(direct + column) > load<double>(onward + column) + first);
    }
    for (int lane = 0; lane < kLanes; ++lane) {
      if (longer[lane]) return false;
    }
  }
  return true;
}

constexpr EmdKernels kEmd = {price, price_points, reduce_points, point_cost, obeys_triangles};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
