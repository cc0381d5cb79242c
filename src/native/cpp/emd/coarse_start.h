// Potentials to start from, for points: those of a coarser problem, in which cells of points are one point each at their centre
// of mass (Mérigot 2011; Schmitzer 2016). Where cells are small against the way that mass goes, few pivots are left.
#pragma once
#include <cstdint>
#include <vector>

#include "emd/arc_costs.h"
#include "emd/masses.h"

namespace otlearn {

// Whether the start is worth its time: cells of many dimensions are wide.
bool worth_coarsening(int rows, int columns, int dimension);

// Writes g [columns] for balanced masses, all of them positive. Returns the pivots, which are no more than the limit.
std::int64_t coarse_potentials(const PointCloud& cloud, const std::vector<Mass>& supply, const std::vector<Mass>& demand,
                               std::int64_t most_pivots, std::vector<double>& g);

}  // namespace otlearn
