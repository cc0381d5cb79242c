#include "emd/tight_arcs.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace otlearn {
namespace {

// Arcs of each row that are looked at, those of least reduced cost; more make a tree that is hardly better.
constexpr int kArcsOfRow = 8;

struct Arc {
  double reduced_cost;
  int row, column;
};

// C-transforms: the largest f for g, and then the largest g.
void make_feasible(const ArcCosts& costs, double* row_levels, double* column_levels) {
  const std::vector<double> none(static_cast<std::size_t>(costs.rows()), 0.0);
  const auto columns = static_cast<std::size_t>(costs.columns());
  std::vector<double> reduced(static_cast<std::size_t>(costs.stride()));
  std::vector<double> least(columns, std::numeric_limits<double>::infinity());
  for (int row = 0; row < costs.rows(); ++row) {
    row_levels[row] = costs.price(none.data(), column_levels, row, row + 1).reduced_cost;
    costs.reduce(row, row_levels[row], column_levels, reduced.data());
    for (std::size_t j = 0; j < columns; ++j) least[j] = std::min(least[j], reduced[j]);
  }
  for (std::size_t j = 0; j < columns; ++j) column_levels[j] -= least[j];
}

// Some arcs of least reduced cost of each row, and the one of each column, the least first.
std::vector<Arc> tight_arcs(const ArcCosts& costs, const double* row_levels, const double* column_levels) {
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<Arc> arcs, of_row, of_column(static_cast<std::size_t>(costs.columns()), Arc{infinity, 0, 0});
  std::vector<double> reduced(static_cast<std::size_t>(costs.stride()));
  const auto dearer = [](const Arc& first, const Arc& second) { return first.reduced_cost < second.reduced_cost; };
  for (int row = 0; row < costs.rows(); ++row) {
    costs.reduce(row, row_levels[row], column_levels, reduced.data());
    of_row.clear();
    double limit = infinity;
    for (int column = 0; column < costs.columns(); ++column) {
      const Arc arc{reduced[column], row, column};
      if (dearer(arc, of_column[column])) of_column[column] = arc;
      if (!(arc.reduced_cost < limit)) continue;
      of_row.push_back(arc);
      std::push_heap(of_row.begin(), of_row.end(), dearer);
      if (static_cast<int>(of_row.size()) > kArcsOfRow) {
        std::pop_heap(of_row.begin(), of_row.end(), dearer);
        of_row.pop_back();
      }
      if (static_cast<int>(of_row.size()) == kArcsOfRow) limit = of_row.front().reduced_cost;
    }
    arcs.insert(arcs.end(), of_row.begin(), of_row.end());
  }
  arcs.insert(arcs.end(), of_column.begin(), of_column.end());
  std::sort(arcs.begin(), arcs.end(), [](const Arc& first, const Arc& second) {
    if (first.reduced_cost != second.reduced_cost) return first.reduced_cost < second.reduced_cost;
    return first.row != second.row ? first.row < second.row : first.column < second.column;
  });
  return arcs;
}

// The shortest spanning forest of arcs in their order (Kruskal 1956), as the neighbours of rows and of the columns behind them.
std::vector<std::vector<int>> forest_of(const std::vector<Arc>& arcs, int rows, int columns) {
  std::vector<std::vector<int>> neighbours(static_cast<std::size_t>(rows + columns));
  std::vector<int> set(neighbours.size());
  std::iota(set.begin(), set.end(), 0);
  const auto representative = [&](int node) {
    while (set[node] != node) node = set[node] = set[set[node]];
    return node;
  };
  for (const Arc& arc : arcs) {
    const int row = representative(arc.row), column = representative(rows + arc.column);
    if (row == column) continue;
    set[row] = column;
    neighbours[arc.row].push_back(rows + arc.column);
    neighbours[rows + arc.column].push_back(arc.row);
  }
  return neighbours;
}

}  // namespace

void send_along_tight_arcs(const ArcCosts& costs, double* row_levels, double* column_levels, GreedyTree& greedy) {
  const int rows = costs.rows();
  make_feasible(costs, row_levels, column_levels);
  const auto neighbours = forest_of(tight_arcs(costs, row_levels, column_levels), rows, costs.columns());
  const auto finished = [&](int node) { return node < rows ? greedy.row_finished(node) : greedy.column_finished(node - rows); };
  std::vector<int> degree, leaves;
  for (const auto& list : neighbours) {
    degree.push_back(static_cast<int>(list.size()));
    if (list.size() == 1) leaves.push_back(static_cast<int>(degree.size()) - 1);
  }
  const auto lose_one = [&](int node) {
    if (--degree[node] == 1) leaves.push_back(node);
  };
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    const int leaf = leaves[k];
    if (finished(leaf) || degree[leaf] != 1) continue;
    const int other =
        *std::find_if(neighbours[leaf].begin(), neighbours[leaf].end(), [&](int node) { return !finished(node); });
    const bool finishes_row = greedy.send(std::min(leaf, other), std::max(leaf, other) - rows);
    if (finishes_row == (leaf < rows)) {
      lose_one(other);
    } else {  // the leaf has mass left, for another arc
      for (const int node : neighbours[other]) {
        if (!finished(node)) lose_one(node);
      }
    }
  }
}

}  // namespace otlearn
