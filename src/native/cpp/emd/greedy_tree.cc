#include "emd/greedy_tree.h"

#include <algorithm>
#include <limits>

namespace otlearn {

GreedyTree::GreedyTree(const ArcCosts& costs, const Mass* supply, const Mass* demand, int first_column, SpanningTree& tree)
    : costs_(costs),
      first_column_(first_column),
      root_(first_column + static_cast<int>(std::max_element(demand, demand + costs.columns()) - demand)),
      tree_(tree),
      left_(static_cast<std::size_t>(first_column + costs.columns())),
      finished_(left_.size()) {
  for (int i = 0; i < costs.rows(); ++i) left_[i] = {supply[i], 1};
  for (int j = 0; j < costs.columns(); ++j) left_[first_column + j] = {demand[j], 0};
  left_[root_].small = costs.rows();
}

bool GreedyTree::send(int row, int column) {
  Remainder &from = left_[row], &to = left_[first_column_ + column];
  const bool finishes_row = from.mass != to.mass ? from.mass < to.mass : from.small <= to.small;
  const int node = finishes_row ? row : first_column_ + column, parent = finishes_row ? first_column_ + column : row;
  const Remainder sent = left_[node];
  tree_[node].parent = parent;
  tree_[node].flow = sent.mass;
  tree_[node].cost = costs_.at(row, column);
  order_.push_back(node);
  finished_[node] = true;
  left_[parent].mass -= sent.mass;
  left_[parent].small -= sent.small;
  return finishes_row;
}

void GreedyTree::complete(const double* row_levels, double* column_levels) {
  const int rows = costs_.rows(), columns = costs_.columns();
  const double infinity = std::numeric_limits<double>::infinity(), none = 0;
  const auto& least_of = emd_kernels().price;
  for (int column = 0; column < columns; ++column) {
    if (column_finished(column)) column_levels[column] = infinity;  // none is dearer than that
  }
  // Of each row its cheapest column and the cost there. When a column is finished, rows that point to it know too little.
  std::vector<int> cheapest(static_cast<std::size_t>(rows));
  std::vector<double> least(static_cast<std::size_t>(whole_units(cheapest.size())), infinity);
  const std::vector<double> nothing(least.size(), 0.0);
  const auto look = [&](int row) {
    const PricedArc arc = costs_.price(row_levels, column_levels, row, row + 1);
    cheapest[row] = arc.column;
    least[row] = arc.reduced_cost;
  };
  for (int row = 0; row < rows; ++row) {
    if (!row_finished(row)) look(row);
  }
  while (static_cast<int>(order_.size()) < rows + columns - 1) {
    const int row = least_of(least.data(), static_cast<std::ptrdiff_t>(least.size()), &none, nothing.data(), 0, 1).column;
    const int column = cheapest[row];
    if (column_finished(column)) {
      look(row);
    } else if (send(row, column)) {
      least[row] = infinity;
    } else {
      column_levels[column] = infinity;
    }
  }
}

// Parents first: from the root along the stem that turns round, then backwards in the order in which nodes were finished.
void GreedyTree::thread() {
  std::vector<int> nodes;
  for (int node = root_; node >= 0; node = tree_[node].parent) nodes.push_back(node);
  tree_.root_at(root_);
  std::vector<bool> listed(finished_.size());
  for (const int node : nodes) listed[node] = true;
  std::copy_if(order_.rbegin(), order_.rend(), std::back_inserter(nodes), [&](int node) { return !listed[node]; });
  tree_.thread(nodes);
}

}  // namespace otlearn
