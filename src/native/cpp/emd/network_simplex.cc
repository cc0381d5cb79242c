#include "emd/network_simplex.h"

#include <algorithm>
#include <limits>

#include "emd/greedy_tree.h"
#include "emd/shortlist.h"
#include "emd/tight_arcs.h"

namespace otlearn {
namespace {

// An arc enters if its reduced cost is below minus this many units of rounding of the largest cost.
constexpr double kToleranceUnits = 16;
// Arcs that are priced at a time, at least.
constexpr std::ptrdiff_t kBlockArcs = 1600;
// Arcs of a row on the shortlist at first, and that are added to it at a time.
constexpr int kFirstArcs = 16, kMoreArcs = 8;

}  // namespace

void NetworkSimplex::adopt(const TransportProblem& problem) {
  problem_ = problem;
  pivots_ = 0;
  const ArcCosts& costs = *problem.costs;
  first_column_ = static_cast<int>(whole_units(static_cast<std::size_t>(costs.rows())));
  tree_.reset(first_column_ + costs.columns());
  levels_.assign(static_cast<std::size_t>(first_column_ + costs.stride()), 0);
  std::fill(levels_.begin() + first_column_ + costs.columns(), levels_.end(), std::numeric_limits<double>::infinity());
}

void NetworkSimplex::start(const TransportProblem& problem) {
  adopt(problem);
  GreedyTree greedy(*problem.costs, problem.supply, problem.demand, first_column_, tree_);
  greedy.complete(levels_.data(), levels_.data() + first_column_);
  greedy.thread();
}

void NetworkSimplex::start(const TransportProblem& problem, const double* g) {
  adopt(problem);
  double *rows = levels_.data(), *columns = rows + first_column_;
  std::transform(g, g + problem.costs->columns(), columns, [](double potential) { return -potential; });
  GreedyTree greedy(*problem.costs, problem.supply, problem.demand, first_column_, tree_);
  send_along_tight_arcs(*problem.costs, rows, columns, greedy);
  greedy.complete(rows, columns);
  greedy.thread();
}

void NetworkSimplex::start(const TransportProblem& problem, const StoredNode* basis) {
  adopt(problem);
  const int nodes = problem.costs->rows() + problem.costs->columns();
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

void NetworkSimplex::refresh_levels() {
  const int root = tree_.root();
  levels_[root] = 0;
  for (int node = tree_.next(root); node != root; node = tree_.next(node)) {
    const TreeNode& at = tree_[node];
    levels_[node] = levels_[at.parent] + (is_row(node) ? at.cost : -at.cost);
  }
}

bool NetworkSimplex::solve(std::int64_t most_pivots) {
  const ArcCosts& costs = *problem_.costs;
  const double tolerance = kToleranceUnits * std::numeric_limits<double>::epsilon() * costs.largest();
  if (costs.dear() && !solve_on_shortlist(tolerance, most_pivots)) return false;
  const int rows = costs.rows(), block = static_cast<int>(std::min<std::ptrdiff_t>(rows, 1 + kBlockArcs / costs.stride()));
  bool fresh = false;
  int begin = 0, left = 0;
  for (;;) {
    if (left <= 0) {  // no arc of all rows enters
      if (fresh) return true;
      refresh_levels();  // pivots have rounded them
      fresh = true;
      left = rows;
    }
    const int end = std::min(begin + block, rows);
    const PricedArc arc = costs.price(levels_.data(), levels_.data() + first_column_, begin, end);
    left -= end - begin;
    begin = end == rows ? 0 : end;
    if (!(arc.reduced_cost < -tolerance)) continue;
    if (pivots_ == most_pivots) return false;
    pivot(arc);
    ++pivots_;
    fresh = false;
    left = rows;
  }
}

bool NetworkSimplex::solve_on_shortlist(double tolerance, std::int64_t most_pivots) {
  const double *row_levels = levels_.data(), *column_levels = row_levels + first_column_;
  Shortlist shortlist(*problem_.costs);
  refresh_levels();
  shortlist.extend(row_levels, column_levels, std::numeric_limits<double>::infinity(), kFirstArcs);
  do {
    for (int begin = 0, left = problem_.costs->rows(); left > 0;) {
      const int from = begin;
      const PricedArc arc = shortlist.price(row_levels, column_levels, begin);
      left -= begin - from;
      if (begin == problem_.costs->rows()) begin = 0;
      if (!(arc.reduced_cost < -tolerance)) continue;
      if (pivots_ == most_pivots) return false;
      pivot(arc);
      ++pivots_;
      left = problem_.costs->rows();
    }
    refresh_levels();
  } while (shortlist.extend(row_levels, column_levels, -tolerance, kMoreArcs) > 0);
  return true;
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
  for (int node = 0; node < first_column_ + problem_.costs->columns(); ++node) {
    sum += static_cast<double>(tree_[node].flow) * tree_[node].cost;
  }
  return sum;
}

std::vector<double> NetworkSimplex::row_potentials() const {
  const int rows = problem_.costs->rows();
  const std::vector<double> none(static_cast<std::size_t>(rows), 0.0);
  std::vector<double> potentials;
  for (int row = 0; row < rows; ++row) {
    potentials.push_back(problem_.costs->price(none.data(), levels_.data() + first_column_, row, row + 1).reduced_cost);
  }
  return potentials;
}

std::vector<double> NetworkSimplex::column_potentials() const {
  std::vector<double> potentials;
  for (int column = 0; column < problem_.costs->columns(); ++column) {
    potentials.push_back(0 - levels_[first_column_ + column]);  // not -0
  }
  return potentials;
}

void NetworkSimplex::store(StoredNode* basis) {
  order_.resize(static_cast<std::size_t>(first_column_ + problem_.costs->columns()));
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
