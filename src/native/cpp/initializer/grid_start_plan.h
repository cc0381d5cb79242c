// Tables of a learned start for one grid and epsilon.
#pragma once
#include "base/aligned_array.h"
#include "initializer/grid_start.h"

namespace otlearn {

// Matrices with rows of kStartWidth numbers.
struct GridStartPlan {
  GridStartPlan(const GridStartSpec& spec, const GridStartProblem& problem);

  GridStartSpec spec;
  GridStartProblem problem;
  double own_epsilon;  // of the iterations on the cells
  float pixel[2];      // variance of a pixel along each axis
  int padded_columns;  // of the grid, to whole rows of kStartWidth

  // [columns of the grid]: shares of the cells, then the coordinate and 1
  AlignedArray<float> pool_columns;
  // Of each row of the grid: its first cell, how many it meets, and its shares of these, [rows]
  std::vector<int> first_cell, cell_count;
  AlignedArray<float> pool_rows;
  AlignedArray<float> coordinates[2];  // of the points along each axis, padded
  AlignedArray<float> kernel[2];       // Gibbs kernels between cells
  AlignedArray<float> cosines;         // [cells] of all modes of the cells
  AlignedArray<float> cosines_across;  // [modes of the cells]: the same, transposed
  AlignedArray<float> monomials;       // y, x, yy, yx, xx at the cells: [5, cells] rows, in epsilons of the iterations
  AlignedArray<float> row_basis;       // [rows of the grid]: cosines, coordinate, its square
  AlignedArray<float> column_basis;    // [cells + 2, padded_columns]
};

}  // namespace otlearn
