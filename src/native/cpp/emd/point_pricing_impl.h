// Pricing of arcs between points, see emd_pricing.h.
#if defined(OTLEARN_EMD_POINT_PRICING_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_EMD_POINT_PRICING_IMPL_H
#undef OTLEARN_EMD_POINT_PRICING_IMPL_H
#else
#define OTLEARN_EMD_POINT_PRICING_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "emd/emd_pricing.h"
#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// The least of a vector's lanes, without branches: which lane has it cannot be predicted.
inline double least_lane(const Vector<double>& value) {
  constexpr int kLanes = Traits<double>::kLanes;
  double lanes[kLanes];
  store<double>(lanes, value);
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; ++lane) lanes[lane] = lanes[lane] < lanes[lane + half] ? lanes[lane] : lanes[lane + half];
  }
  return lanes[0];
}

// What a difference of coordinates adds to the sum over the axes, and the cost of a sum.
struct SquaredEuclidean {
  static Vector<double> add(const Vector<double>& sum, const Vector<double>& difference) {
    return multiply_add(difference, difference, sum);
  }
  static Vector<double> finish(const Vector<double>& sum) { return sum; }
};
struct HalfSquaredEuclidean : SquaredEuclidean {
  static Vector<double> finish(const Vector<double>& sum) { return sum * 0.5; }
};
struct Euclidean : SquaredEuclidean {
  static Vector<double> finish(const Vector<double>& sum) { return sqrt_of<double>(sum); }
};
struct Manhattan {
  static Vector<double> add(const Vector<double>& sum, const Vector<double>& difference) {
    return sum + most<double>(difference, -difference);
  }
  static Vector<double> finish(const Vector<double>& sum) { return sum; }
};

// Costs of a register of columns from `column` on, for so many rows from x on. All costs are formed here, always by the same
// operations. kAxes is the dimension, or 0 for any.
template <typename Rule, int kAxes, int kRows>
inline void costs_of(const PointSet& points, const double* x, std::ptrdiff_t column, Vector<double> (&costs)[kRows]) {
  const int axes = kAxes > 0 ? kAxes : points.dimension;
  const double* y = points.y + column;
  OTLEARN_UNROLL(8) for (int row = 0; row < kRows; ++row) costs[row] = Vector<double>{};
  for (int axis = 0; axis < axes; ++axis, y += points.stride) {
    const Vector<double> there = load<double>(y);
    OTLEARN_UNROLL(8) for (int row = 0; row < kRows; ++row) costs[row] = Rule::add(costs[row], there - x[row * axes + axis]);
  }
  OTLEARN_UNROLL(8) for (int row = 0; row < kRows; ++row) costs[row] = Rule::finish(costs[row]);
}

// Columns that are looked at before the best of them are noted.
constexpr std::ptrdiff_t kTileColumns = 256;

// Calls visit(row, least reduced cost, first column of the tile that has it first) for so many rows from `begin` on.
template <typename Rule, int kAxes, int kRows, typename Visit>
inline void price_rows(const PointSet& points, const double* row_levels, const double* column_levels, int begin, Visit visit) {
  constexpr int kLanes = Traits<double>::kLanes;
  const double infinity = std::numeric_limits<double>::infinity();
  const double* x = points.x + static_cast<std::ptrdiff_t>(begin) * points.dimension;
  Vector<double> least_sum[kRows], least_tile[kRows];
  for (int row = 0; row < kRows; ++row) {
    least_sum[row] = broadcast<double>(infinity);
    least_tile[row] = Vector<double>{};
  }
  for (std::ptrdiff_t tile = 0; tile < points.stride; tile += kTileColumns) {
    const std::ptrdiff_t end = std::min(tile + kTileColumns, points.stride);
    Vector<double> smallest[kRows];
    OTLEARN_UNROLL(8) for (int row = 0; row < kRows; ++row) smallest[row] = broadcast<double>(infinity);
    for (std::ptrdiff_t column = tile; column < end; column += kLanes) {
      Vector<double> costs[kRows];
      costs_of<Rule, kAxes, kRows>(points, x, column, costs);
      const Vector<double> levels = load<double>(column_levels + column);
      OTLEARN_UNROLL(8) for (int row = 0; row < kRows; ++row) smallest[row] = least<double>(costs[row] + levels, smallest[row]);
    }
    for (int row = 0; row < kRows; ++row) {
      const auto better = smallest[row] < least_sum[row];
      least_sum[row] = better ? smallest[row] : least_sum[row];
      least_tile[row] = better ? broadcast<double>(static_cast<double>(tile)) : least_tile[row];
    }
  }
  for (int row = 0; row < kRows; ++row) {
    const Vector<double> reduced = least_sum[row] - row_levels[begin + row];
    const double best = least_lane(reduced);
    visit(begin + row, best,
          static_cast<std::ptrdiff_t>(least_lane(reduced == best ? least_tile[row] : broadcast<double>(infinity))));
  }
}

// The first column from `tile` on with this reduced cost.
template <typename Rule, int kAxes>
inline int column_from(const PointSet& points, int row, double row_level, const double* column_levels, std::ptrdiff_t tile,
                       double reduced) {
  constexpr int kLanes = Traits<double>::kLanes;
  const double* x = points.x + static_cast<std::ptrdiff_t>(row) * points.dimension;
  for (std::ptrdiff_t column = tile; column < points.stride; column += kLanes) {
    Vector<double> costs[1];
    costs_of<Rule, kAxes, 1>(points, x, column, costs);
    const Vector<double> here = (costs[0] + load<double>(column_levels + column)) - row_level;
    if (all_lanes<double>(here != reduced)) continue;
    for (int lane = 0; lane < kLanes; ++lane) {
      if (here[lane] == reduced) return static_cast<int>(column) + lane;
    }
  }
  return 0;
}

template <typename Rule, int kAxes>
inline PricedArc price_cloud(const PointSet& points, const double* row_levels, const double* column_levels, int begin,
                             int end) {
  constexpr int kRowsAtOnce = 4;
  PricedArc arc{std::numeric_limits<double>::infinity(), begin, 0};
  std::ptrdiff_t tile = 0;
  const auto visit = [&](int row, double reduced, std::ptrdiff_t where) {
    if (!(reduced < arc.reduced_cost)) return;
    arc.reduced_cost = reduced;
    arc.row = row;
    tile = where;
  };
  int row = begin;
  for (; row + kRowsAtOnce <= end; row += kRowsAtOnce) {
    price_rows<Rule, kAxes, kRowsAtOnce>(points, row_levels, column_levels, row, visit);
  }
  for (; row < end; ++row) price_rows<Rule, kAxes, 1>(points, row_levels, column_levels, row, visit);
  arc.column = column_from<Rule, kAxes>(points, arc.row, row_levels[arc.row], column_levels, tile, arc.reduced_cost);
  return arc;
}

// Calls task(rule, axes) with a value of the rule's type and one whose `value` is the dimension, or 0 where it is not small.
template <typename Task>
inline auto with_rule(const PointSet& points, Task task) {
  const auto with_axes = [&](auto rule) {
    switch (points.dimension) {
      case 1:
        return task(rule, std::integral_constant<int, 1>{});
      case 2:
        return task(rule, std::integral_constant<int, 2>{});
      case 3:
        return task(rule, std::integral_constant<int, 3>{});
      default:
        return task(rule, std::integral_constant<int, 0>{});
    }
  };
  switch (points.rule) {
    case PointRule::kHalfSquaredEuclidean:
      return with_axes(HalfSquaredEuclidean{});
    case PointRule::kEuclidean:
      return with_axes(Euclidean{});
    case PointRule::kManhattan:
      return with_axes(Manhattan{});
    default:
      return with_axes(SquaredEuclidean{});
  }
}

inline PricedArc price_points(const PointSet& points, const double* row_levels, const double* column_levels, int begin,
                              int end) {
  return with_rule(points, [&](auto rule, auto axes) {
    return price_cloud<decltype(rule), decltype(axes)::value>(points, row_levels, column_levels, begin, end);
  });
}

inline void reduce_points(const PointSet& points, int row, double row_level, const double* column_levels, double* reduced) {
  constexpr int kLanes = Traits<double>::kLanes;
  const double* x = points.x + static_cast<std::ptrdiff_t>(row) * points.dimension;
  with_rule(points, [&](auto rule, auto axes) {
    for (std::ptrdiff_t column = 0; column < points.stride; column += kLanes) {
      Vector<double> costs[1];
      costs_of<decltype(rule), decltype(axes)::value, 1>(points, x, column, costs);
      store<double>(reduced + column, (costs[0] + load<double>(column_levels + column)) - row_level);
    }
  });
}

inline double point_cost(const PointSet& points, int row, int column) {
  constexpr int kLanes = Traits<double>::kLanes;
  const double* x = points.x + static_cast<std::ptrdiff_t>(row) * points.dimension;
  return with_rule(points, [&](auto rule, auto axes) {
    Vector<double> costs[1];
    costs_of<decltype(rule), decltype(axes)::value, 1>(points, x, column / kLanes * kLanes, costs);
    return static_cast<double>(costs[0][column % kLanes]);
  });
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
