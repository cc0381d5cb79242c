// The spanning tree of a network simplex: one basic arc from each node but the root to its parent, and a thread through
// all nodes in preorder (Barr, Glover and Klingman, 1979), so that a subtree is a run of the thread.
#pragma once
#include <vector>

#include "emd/masses.h"

namespace otlearn {

struct TreeNode {
  int parent;   // -1: the root
  int size;     // nodes of the subtree
  Mass flow;    // on the arc to the parent
  double cost;  // of that arc
};

class SpanningTree {
 public:
  // A tree of so many nodes without arcs.
  void reset(int nodes);
  TreeNode& operator[](int node) { return nodes_[node]; }
  const TreeNode& operator[](int node) const { return nodes_[node]; }
  int root() const { return root_; }
  // The node after this one in the thread, a circle.
  int next(int node) const { return next_[node]; }

  // Sets thread and sizes from the parents. `order` lists the nodes parents first.
  void thread(const std::vector<int>& order);
  // Makes `root` the root of what the parents say; flows and costs move along. To be threaded anew.
  void root_at(int root);
  // The deepest node whose subtree has both.
  int join(int first, int second) const;
  // Cuts off the subtree of `top` and hangs it, rooted at its node `end`, below `parent`, by an arc with this flow and cost.
  // Calls visit(node) for each node of the subtree. `join` is that of end and parent.
  template <typename Visit>
  void hang(int top, int end, int parent, int join, Mass flow, double cost, Visit visit);

 private:
  void link(int node, int next) {
    next_[node] = next;
    previous_[next] = node;
  }

  std::vector<TreeNode> nodes_;
  std::vector<int> next_, previous_;  // apart, because long walks along the thread need nothing else
  int root_ = -1;
};

inline int SpanningTree::join(int first, int second) const {
  // of two different nodes, the one with the smaller subtree has not the other below it
  while (first != second) {
    if (nodes_[first].size < nodes_[second].size) {
      first = nodes_[first].parent;
    } else {
      second = nodes_[second].parent;
    }
  }
  return first;
}

template <typename Visit>
void SpanningTree::hang(int top, int end, int parent, int join, Mass flow, double cost, Visit visit) {
  const int moved = nodes_[top].size, before = previous_[top];
  for (int node = nodes_[top].parent; node != join; node = nodes_[node].parent) nodes_[node].size -= moved;
  for (int node = parent; node != join; node = nodes_[node].parent) nodes_[node].size += moved;

  // Along the stem, from `end` to `top`: the thread takes each node's subtree less what it has taken, and the arc between
  // two stem nodes turns round.
  int tail = -1, below = -1, below_size = 0, after = -1;
  for (int stem = end, upper = parent;;) {
    TreeNode& node = nodes_[stem];
    if (tail >= 0) link(tail, stem);
    tail = stem;
    visit(stem);
    bool beyond = below < 0;
    for (int left = node.size - below_size; --left > 0;) {
      if (next_[tail] == below) {
        link(tail, after);
        beyond = true;
      }
      tail = next_[tail];
      visit(tail);
    }
    if (beyond) after = next_[tail];
    const int old_parent = node.parent, old_size = node.size;
    const Mass old_flow = node.flow;
    const double old_cost = node.cost;
    node.parent = upper;
    node.size = moved - below_size;
    node.flow = flow;
    node.cost = cost;
    if (stem == top) break;
    upper = below = stem;
    below_size = old_size;
    flow = old_flow;
    cost = old_cost;
    stem = old_parent;
  }

  link(before, after);
  const int next = next_[parent];
  link(parent, end);
  link(tail, next);
}

}  // namespace otlearn
