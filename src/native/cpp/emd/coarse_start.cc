#include "emd/coarse_start.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "emd/network_simplex.h"

namespace otlearn {
namespace {

// Points of a cell at most.
constexpr std::ptrdiff_t kCellPoints = 4;
// Of a problem that is solved from nothing.
constexpr int kFewPoints = 1000;
constexpr int kMostAxes = 4;

struct Cells {
  std::vector<double> centres;  // [cells, dimension]
  std::vector<Mass> masses;
};

// Halves points along the widest side of their box until cells are small.
class CellMaker {
 public:
  CellMaker(const double* points, const std::vector<Mass>& masses, int dimension)
      : points_(points), masses_(masses), dimension_(dimension), order_(masses.size()) {
    std::iota(order_.begin(), order_.end(), 0);
    split(order_.begin(), order_.end());
  }
  Cells cells;

 private:
  using Place = std::vector<int>::iterator;
  double at(int point, int axis) const { return points_[static_cast<std::ptrdiff_t>(point) * dimension_ + axis]; }

  void split(Place begin, Place end) {
    if (end - begin <= kCellPoints) return add(begin, end);
    int widest = 0;
    double width = -1;
    for (int axis = 0; axis < dimension_; ++axis) {
      const auto [low, high] = std::minmax_element(begin, end, [&](int p, int q) { return at(p, axis) < at(q, axis); });
      if (at(*high, axis) - at(*low, axis) <= width) continue;
      width = at(*high, axis) - at(*low, axis);
      widest = axis;
    }
    const Place middle = begin + (end - begin) / 2;
    std::nth_element(begin, middle, end, [&](int p, int q) {  // a strict order, so that any library splits alike
      return at(p, widest) != at(q, widest) ? at(p, widest) < at(q, widest) : p < q;
    });
    split(begin, middle);
    split(middle, end);
  }

  void add(Place begin, Place end) {
    Mass total = 0;
    for (Place place = begin; place != end; ++place) total += masses_[*place];
    for (int axis = 0; axis < dimension_; ++axis) {
      double centre = 0;
      for (Place place = begin; place != end; ++place) {
        centre += static_cast<double>(masses_[*place]) / static_cast<double>(total) * at(*place, axis);
      }
      cells.centres.push_back(centre);
    }
    cells.masses.push_back(total);
  }

  const double* points_;
  const std::vector<Mass>& masses_;
  int dimension_;
  std::vector<int> order_;
};

std::vector<int> first_numbers(std::size_t count) {
  std::vector<int> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// For points y the largest potentials that are feasible with those of points x.
std::vector<double> transformed(const PointCloud& cloud, std::size_t columns, const std::vector<double>& f) {
  const PointCloud turned{cloud.rule, cloud.dimension, cloud.y, cloud.x, cloud.largest};
  const CloudCosts costs(turned, first_numbers(columns), first_numbers(f.size()));
  AlignedVector<double> levels(static_cast<std::size_t>(costs.stride()), std::numeric_limits<double>::infinity());
  std::transform(f.begin(), f.end(), levels.begin(), [](double potential) { return -potential; });
  const std::vector<double> none(columns, 0.0);
  std::vector<double> g;
  for (int row = 0; row < costs.rows(); ++row) g.push_back(costs.price(none.data(), levels.data(), row, row + 1).reduced_cost);
  return g;
}

}  // namespace

bool worth_coarsening(int rows, int columns, int dimension) {
  return std::min(rows, columns) > kFewPoints && dimension <= kMostAxes;
}

std::int64_t coarse_potentials(const PointCloud& cloud, const std::vector<Mass>& supply, const std::vector<Mass>& demand,
                               std::int64_t most_pivots, std::vector<double>& g) {
  const Cells from = CellMaker(cloud.x, supply, cloud.dimension).cells, to = CellMaker(cloud.y, demand, cloud.dimension).cells;
  const PointCloud coarse{cloud.rule, cloud.dimension, from.centres.data(), to.centres.data(), cloud.largest};
  const CloudCosts costs(coarse, first_numbers(from.masses.size()), first_numbers(to.masses.size()));
  const TransportProblem problem{&costs, from.masses.data(), to.masses.data()};
  NetworkSimplex simplex;
  std::int64_t pivots = 0;
  if (worth_coarsening(costs.rows(), costs.columns(), cloud.dimension)) {
    pivots = coarse_potentials(coarse, from.masses, to.masses, most_pivots, g);
    simplex.start(problem, g.data());
  } else {
    simplex.start(problem);
  }
  simplex.solve(most_pivots - pivots);
  const PointCloud fine{cloud.rule, cloud.dimension, coarse.x, cloud.y, cloud.largest};
  g = transformed(fine, demand.size(), simplex.row_potentials());
  return pivots + simplex.pivots();
}

}  // namespace otlearn
