#include "initializer/grid_start_plan.h"

#include <algorithm>
#include <cmath>

namespace otlearn {
namespace {

constexpr double kPi = 3.14159265358979323846;

// Of cell `index` of `extent` that tile an axis of the given length, about its middle.
double centre(int index, int extent, double length) { return ((index + 0.5) / extent - 0.5) * length; }

double cosine(int mode, int index, int extent) {
  return mode == 0 ? 1 : std::sqrt(2.0) * std::cos(kPi * mode * (index + 0.5) / extent);
}

// Calls body(cell, share) for the cells of which interval `index` of `extent` is a part; exact, in whole numbers.
template <typename Body>
void each_share(int index, int extent, int cells, Body body) {
  const int begin = index * cells, end = (index + 1) * cells;
  for (int cell = begin / extent; cell * extent < end; ++cell) {
    const int overlap = std::min(end, (cell + 1) * extent) - std::max(begin, cell * extent);
    body(cell, static_cast<double>(overlap) / cells);
  }
}

AlignedArray<float> rows(int count) { return AlignedArray<float>(static_cast<std::size_t>(count) * kStartWidth); }

}  // namespace

GridStartPlan::GridStartPlan(const GridStartSpec& spec, const GridStartProblem& problem)
    : spec(spec),
      problem(problem),
      own_epsilon(std::max(problem.epsilon, spec.least_epsilon)),
      padded_columns((problem.size[1] + kStartWidth - 1) / kStartWidth * kStartWidth) {
  const int cells = spec.cells, h = problem.size[0], w = problem.size[1];

  pool_columns = rows(w);
  for (int j = 0; j < w; ++j) {
    float* const row = pool_columns.data() + j * kStartWidth;
    each_share(j, w, cells, [&](int cell, double share) { row[cell] = static_cast<float>(share); });
    row[cells] = static_cast<float>(centre(j, w, problem.sides[1]));
    row[cells + 1] = 1;
  }
  pool_rows = rows(h);
  for (int i = 0; i < h; ++i) {
    int count = 0;
    each_share(i, h, cells, [&](int cell, double share) {
      if (count == 0) first_cell.push_back(cell);
      pool_rows.data()[i * kStartWidth + count++] = static_cast<float>(share);
    });
    cell_count.push_back(count);
  }

  for (int axis = 0; axis < 2; ++axis) {
    const int extent = problem.size[axis];
    const double side = problem.sides[axis];
    pixel[axis] = static_cast<float>(side / extent * side / extent / 12);
    coordinates[axis] = AlignedArray<float>(axis == 1 ? padded_columns : extent);
    for (int i = 0; i < extent; ++i) coordinates[axis].data()[i] = static_cast<float>(centre(i, extent, side));
    kernel[axis] = rows(cells);
    for (int p = 0; p < cells; ++p) {
      for (int q = 0; q < cells; ++q) {
        const double distance = (p - q) * side / cells;
        kernel[axis].data()[p * kStartWidth + q] = static_cast<float>(std::exp(-distance * distance / own_epsilon));
      }
    }
  }

  cosines = rows(cells);
  cosines_across = rows(cells);
  for (int p = 0; p < cells; ++p) {
    for (int mode = 0; mode < cells; ++mode) {
      const auto value = static_cast<float>(cosine(mode, p, cells));
      cosines.data()[p * kStartWidth + mode] = value;
      cosines_across.data()[mode * kStartWidth + p] = value;
    }
  }

  monomials = rows(kStartMonomials * cells);
  for (int p = 0; p < cells; ++p) {
    for (int q = 0; q < cells; ++q) {
      const double y = centre(p, cells, problem.sides[0]), x = centre(q, cells, problem.sides[1]);
      const double values[kStartMonomials] = {y, x, y * y, y * x, x * x};
      for (int k = 0; k < kStartMonomials; ++k) {
        monomials.data()[(k * cells + p) * kStartWidth + q] = static_cast<float>(values[k] / own_epsilon);
      }
    }
  }

  row_basis = rows(h);
  for (int i = 0; i < h; ++i) {
    float* const row = row_basis.data() + i * kStartWidth;
    for (int mode = 0; mode < cells; ++mode) row[mode] = static_cast<float>(cosine(mode, i, h));
    const double y = centre(i, h, problem.sides[0]);
    row[cells] = static_cast<float>(y);
    row[cells + 1] = static_cast<float>(y * y);
  }
  column_basis = AlignedArray<float>(static_cast<std::size_t>(cells + 2) * padded_columns);
  for (int j = 0; j < w; ++j) {
    for (int mode = 0; mode < cells; ++mode) {
      column_basis.data()[mode * padded_columns + j] = static_cast<float>(cosine(mode, j, w));
    }
    const double x = centre(j, w, problem.sides[1]);
    column_basis.data()[cells * padded_columns + j] = static_cast<float>(x);
    column_basis.data()[(cells + 1) * padded_columns + j] = static_cast<float>(x * x);
  }
}

}  // namespace otlearn
