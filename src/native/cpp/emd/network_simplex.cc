#include "emd/network_simplex.h"

#include <algorithm>
#include <limits>

namespace otlearn {
namespace {

// An arc enters if its reduced cost is below minus this many units of rounding of the largest cost.
constexpr double kToleranceUnits = 16;
// Arcs that are priced at a time, at least.
constexpr std::ptrdiff_t kBlockArcs = 1600;

}  // namespace

void NetworkSimplex::adopt(const TransportProblem& problem) {
  problem_ = problem;
  pivots_ = 0;
  first_column_ = static_cast<int>((problem.rows + kCostUnit - 1) / kCostUnit * kCostUnit);
  tree_.reset(first_column_ + problem.columns);
  levels_.assign(static_cast<std::size_t>(first_column_ + problem.stride), 0);
}

void NetworkSimplex::start(const TransportProblem& problem) {
  adopt(problem);
  build_greedy_tree();
}

void NetworkSimplex::start(const TransportProblem& problem, const StoredNode* basis) {
  adopt(problem);
  const int nodes = problem.rows + problem.columns;
  order_.resize(static_cast<std::size_t>(nodes));
  for (int k = 0; k < nodes; ++k) order_[k] = basis[k].node;
  for (int k = 1; k < nodes; ++k) {
    const int node = basis[k].node, parent = basis[basis[k].parent].node;
    tree_[node].parent = parent;
    tree_[node].cost = arc_cost(node, parent);
  }
  refresh_flows();
  tree_.thread(order_);
}

// What flows from a leaf is known, and so what flows from its parent.
void NetworkSimplex::refresh_flows() {
  for (const int node : order_) {
    tree_[node].flow = is_row(node) ? problem_.supply[node] : -problem_.demand[node - first_column_];
  }
  for (std::size_t k = order_.size() - 1; k > 0; --k) {
    TreeNode& node = tree_[order_[k]];
    tree_[node.parent].flow += node.flow;
    if (!is_row(order_[k])) node.flow = -node.flow;
  }
}

// The cheapest arc between a row that has mass left and a column that is not full takes as much as it can, over and over. A
// send finishes one node, and the arc of that send leads to its parent: so the sends make a tree.
//
// It is strongly feasible because ties are broken as if each row had one unit of a smaller kind of mass, all of which the
// root takes.
void NetworkSimplex::build_greedy_tree() {
  struct Remainder {
    Mass mass, small;
  };
  const int rows = problem_.rows, columns = problem_.columns;
  const double infinity = std::numeric_limits<double>::infinity();
  const auto& price = emd_kernels().price;
  double* full = levels_.data() + first_column_;  // infinity where a column is full: none is dearer than that
  const int root = static_cast<int>(std::max_element(problem_.demand, problem_.demand + columns) - problem_.demand);
  std::vector<Remainder> left(static_cast<std::size_t>(first_column_ + columns));
  for (int i = 0; i < rows; ++i) left[i] = {problem_.supply[i], 1};
  for (int j = 0; j < columns; ++j) left[first_column_ + j] = {problem_.demand[j], j == root ? rows : 0};

  // Of each row its cheapest column and the cost there. When a column is full, rows that point to it know too little.
  std::vector<int> cheapest(static_cast<std::size_t>(rows));
  std::vector<double> least(static_cast<std::size_t>((rows + kCostUnit - 1) / kCostUnit * kCostUnit), infinity);
  const auto look = [&](int row) {
    const double none = 0;
    const PricedArc arc = price(problem_.cost + row * problem_.stride, problem_.stride, &none, full, 0, 1);
    cheapest[row] = arc.column;
    least[row] = arc.reduced_cost;
  };
  for (int row = 0; row < rows; ++row) look(row);
  order_.clear();
  const std::vector<double> nothing(least.size(), 0.0);
  while (static_cast<int>(order_.size()) < rows + columns - 1) {
    const double none = 0;
    const int row = price(least.data(), static_cast<std::ptrdiff_t>(least.size()), &none, nothing.data(), 0, 1).column;
    const int column = first_column_ + cheapest[row];
    if (full[cheapest[row]] > 0) {
      look(row);
      continue;
    }
    const bool finishes_row =
        left[row].mass != left[column].mass ? left[row].mass < left[column].mass : left[row].small <= left[column].small;
    const int node = finishes_row ? row : column, parent = finishes_row ? column : row;
    tree_[node].parent = parent;
    tree_[node].flow = left[node].mass;
    tree_[node].cost = least[row];
    order_.push_back(node);
    left[parent].mass -= left[node].mass;
    left[parent].small -= left[node].small;
    if (finishes_row) {
      least[row] = infinity;
    } else {
      full[column - first_column_] = infinity;
    }
  }
  // parents first: from the root along the stem that turns round, then backwards in the order in which nodes were finished
  std::vector<int> stem;
  for (int node = first_column_ + root; node >= 0; node = tree_[node].parent) stem.push_back(node);
  tree_.root_at(first_column_ + root);
  std::vector<bool> listed(static_cast<std::size_t>(first_column_ + columns));
  for (const int node : stem) listed[node] = true;
  std::reverse(order_.begin(), order_.end());
  order_.erase(std::remove_if(order_.begin(), order_.end(), [&](int node) { return listed[node]; }), order_.end());
  order_.insert(order_.begin(), stem.begin(), stem.end());
  tree_.thread(order_);
}

void NetworkSimplex::refresh_levels() {
  const int root = tree_.root();
  std::fill(levels_.begin(), levels_.end(), 0.0);
  for (int node = tree_.next(root); node != root; node = tree_.next(node)) {
    const TreeNode& at = tree_[node];
    levels_[node] = levels_[at.parent] + (is_row(node) ? at.cost : -at.cost);
  }
}

bool NetworkSimplex::solve(std::int64_t most_pivots) {
  const auto& price = emd_kernels().price;
  const double tolerance = kToleranceUnits * std::numeric_limits<double>::epsilon() * problem_.largest_cost;
  const int block = static_cast<int>(std::min<std::ptrdiff_t>(problem_.rows, 1 + kBlockArcs / problem_.stride));
  bool fresh = false;
  int begin = 0, left = 0;
  for (;;) {
    if (left <= 0) {  // no arc of all rows enters
      if (fresh) return true;
      refresh_levels();  // pivots have rounded them
      fresh = true;
      left = problem_.rows;
    }
    const int end = std::min(begin + block, problem_.rows);
    const PricedArc arc = price(problem_.cost, problem_.stride, levels_.data(), levels_.data() + first_column_, begin, end);
    left -= end - begin;
    begin = end == problem_.rows ? 0 : end;
    if (!(arc.reduced_cost < -tolerance)) continue;
    if (pivots_ == most_pivots) return false;
    pivot(arc);
    ++pivots_;
    fresh = false;
    left = problem_.rows;
  }
}

// An arc enters. Around the cycle that it closes, in its direction, mass grows on arcs that point
// the same way and shrinks on the others. Of those that become empty first, the last one after the join leaves: that keeps
// the tree strongly feasible.
void NetworkSimplex::pivot(const PricedArc& arc) {
  const int row = arc.row, column = first_column_ + arc.column;
  const int join = tree_.join(row, column);
  Mass least = std::numeric_limits<Mass>::max();
  int leaving = -1;
  bool leaves_row_side = true;
  for (int node = row; node != join; node = tree_[node].parent) {
    if (is_row(node) && tree_[node].flow < least) {
      least = tree_[node].flow;
      leaving = node;
    }
  }
  for (int node = column; node != join; node = tree_[node].parent) {
    if (!is_row(node) && tree_[node].flow <= least) {
      least = tree_[node].flow;
      leaving = node;
      leaves_row_side = false;
    }
  }
  if (least > 0) {
    for (int node = row; node != join; node = tree_[node].parent) tree_[node].flow += is_row(node) ? -least : least;
    for (int node = column; node != join; node = tree_[node].parent) tree_[node].flow += is_row(node) ? least : -least;
  }
  const int end = leaves_row_side ? row : column, parent = leaves_row_side ? column : row;
  const double change = leaves_row_side ? arc.reduced_cost : -arc.reduced_cost;
  double* levels = levels_.data();
  tree_.hang(leaving, end, parent, join, least, arc_cost(row, column), [&](int node) { levels[node] += change; });
}

double NetworkSimplex::value() const {
  double sum = 0;
  for (int node = 0; node < first_column_ + problem_.columns; ++node) {
    sum += static_cast<double>(tree_[node].flow) * tree_[node].cost;
  }
  return sum;
}

double NetworkSimplex::row_potential(int row) const {
  const double none = 0;
  const double* costs = problem_.cost + row * problem_.stride;
  return emd_kernels().price(costs, problem_.stride, &none, levels_.data() + first_column_, 0, 1).reduced_cost;
}

void NetworkSimplex::store(StoredNode* basis) {
  order_.resize(static_cast<std::size_t>(first_column_ + problem_.columns));
  const int root = tree_.root();
  int place = 0, node = root;
  do {
    order_[node] = place;
    const int parent = node == root ? 0 : order_[tree_[node].parent];
    basis[place++] = {static_cast<std::uint16_t>(node), static_cast<std::uint16_t>(parent)};
    node = tree_.next(node);
  } while (node != root);
}

}  // namespace otlearn
