// From dual potentials to a basis. At the optimum the arcs of the basis are tight, f_i + g_j = C_ij, and their tree says by
// itself what flows: each leaf sends all that it has. With potentials near the optimum most of that still holds.
#pragma once
#include "emd/arc_costs.h"
#include "emd/greedy_tree.h"

namespace otlearn {

// Sends along the arcs of least reduced cost, leaves of their forest first. From the levels of columns [stride], those of the
// largest feasible potentials of rows [rows] are written, and then those of columns.
void send_along_tight_arcs(const ArcCosts& costs, double* row_levels, double* column_levels, GreedyTree& greedy);

}  // namespace otlearn
