// A first basis, made of sends: a row sends a column as much as it can, which finishes one of the two, and the arc leads from
// that node to the other, its parent. So the sends make a tree.
//
// It is strongly feasible because ties are broken as if each row had one unit of a smaller kind of mass, all of which the root
// takes.
#pragma once
#include <vector>

#include "emd/arc_costs.h"
#include "emd/masses.h"
#include "emd/spanning_tree.h"

namespace otlearn {

class GreedyTree {
 public:
  // Columns are the nodes from `first_column` on of a tree that has no arcs yet.
  GreedyTree(const ArcCosts& costs, const Mass* supply, const Mass* demand, int first_column, SpanningTree& tree);

  // Sends from a row to a column, neither of which is finished. True if that finishes the row, false if the column.
  bool send(int row, int column);
  bool row_finished(int row) const { return finished_[row]; }
  bool column_finished(int column) const { return finished_[first_column_ + column]; }
  // Sends along the arc with the least reduced cost between nodes that are not finished, over and over, until a tree is there.
  // The levels are those of rows [rows] and columns [stride]; the latter are overwritten.
  void complete(const double* row_levels, double* column_levels);
  // Roots and threads the tree.
  void thread();

 private:
  struct Remainder {
    Mass mass, small;
  };
  const ArcCosts& costs_;
  int first_column_, root_;
  SpanningTree& tree_;
  std::vector<Remainder> left_;
  std::vector<bool> finished_;
  std::vector<int> order_;  // nodes, as they were finished
};

}  // namespace otlearn
