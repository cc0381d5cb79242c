// Exact optimal transport between two histograms with positive masses: the primal network simplex on a complete bipartite
// graph.
//
// Rows are nodes from 0, columns nodes from the next multiple of kCostUnit. Potentials are kept as levels of nodes, f of a row
// and -g of a column, so that a pivot moves all nodes of a subtree by the same amount.
//
// The tree is kept strongly feasible (Cunningham 1976): from each node, mass could be sent to the root. So degenerate
// pivots, which ties make frequent, cannot cycle. That masses are integers makes "zero flow" exact.
#pragma once
#include <cstdint>
#include <vector>

#include "base/aligned_array.h"
#include "emd/arc_costs.h"
#include "emd/spanning_tree.h"

namespace otlearn {

struct TransportProblem {
  const ArcCosts* costs;
  const Mass* supply;  // [rows], positive
  const Mass* demand;  // [columns], positive; of equal total
};

// A basis that outlives its solver: for each node of the tree, in preorder, which it is and where its parent stands.
struct StoredNode {
  std::uint16_t node, parent;
};

class NetworkSimplex {
 public:
  // Starts from a greedy basis.
  void start(const TransportProblem& problem);
  // Starts from a basis of arcs that column potentials g [columns] nearly make tight, a few pivots before the end where they
  // are good. Any finite numbers will do.
  void start(const TransportProblem& problem, const double* g);
  // Starts from the basis of a problem with the same masses and another cost.
  void start(const TransportProblem& problem, const StoredNode* basis);
  // Pivots until no arc has a negative reduced cost. False if `most_pivots` were not enough.
  bool solve(std::int64_t most_pivots);

  std::int64_t pivots() const { return pivots_; }
  // The transport cost in units of mass.
  double value() const;
  // Writes the basis, a record a node. Not for more than 65535 nodes.
  void store(StoredNode* basis);
  // Calls visit(row, column, flow) for each arc of the tree.
  template <typename Visit>
  void arcs(Visit visit) const;
  std::vector<double> column_potentials() const;
  // The largest that are feasible with those of the columns: after `solve`, what they were, less what rounding left.
  std::vector<double> row_potentials() const;

 private:
  void adopt(const TransportProblem& problem);
  void refresh_flows();
  void refresh_levels();
  // Pivots until no arc of a shortlist enters that has had all that were missing.
  bool solve_on_shortlist(double tolerance, std::int64_t most_pivots);
  void pivot(const PricedArc& arc);
  bool is_row(int node) const { return node < first_column_; }
  // The cost of the arc between a node and its parent.
  double arc_cost(int node, int parent) const {
    const int row = is_row(node) ? node : parent, column = (is_row(node) ? parent : node) - first_column_;
    return problem_.costs->at(row, column);
  }

  TransportProblem problem_{};
  SpanningTree tree_;
  int first_column_ = 0;          // the node
  AlignedVector<double> levels_;  // +infinity past the last column
  std::vector<int> order_;        // scratch: nodes in an order, or their places in it
  std::int64_t pivots_ = 0;
};

template <typename Visit>
void NetworkSimplex::arcs(Visit visit) const {
  for (int node = 0; node < first_column_ + problem_.costs->columns(); ++node) {
    const TreeNode& at = tree_[node];
    if (at.parent < 0) continue;
    const int row = is_row(node) ? node : at.parent;
    visit(row, (is_row(node) ? at.parent : node) - first_column_, at.flow);
  }
}

}  // namespace otlearn
