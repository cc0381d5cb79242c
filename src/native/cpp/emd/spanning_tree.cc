#include "emd/spanning_tree.h"

namespace otlearn {

void SpanningTree::reset(int nodes) {
  nodes_.assign(static_cast<std::size_t>(nodes), TreeNode{-1, 1, 0, 0});
  next_.resize(static_cast<std::size_t>(nodes));
  previous_.resize(static_cast<std::size_t>(nodes));
  root_ = -1;
}

void SpanningTree::thread(const std::vector<int>& order) {
  root_ = order.front();
  link(root_, root_);
  for (const int node : order) nodes_[node].size = 1;
  for (std::size_t k = order.size() - 1; k > 0; --k) nodes_[nodes_[order[k]].parent].size += nodes_[order[k]].size;
  for (std::size_t k = 1; k < order.size(); ++k) {  // each becomes the first child of its parent
    const int parent = nodes_[order[k]].parent;
    link(order[k], next_[parent]);
    link(parent, order[k]);
  }
}

void SpanningTree::root_at(int root) {
  int upper = -1;
  Mass flow = 0;
  double cost = 0;
  for (int stem = root; stem >= 0;) {
    TreeNode& node = nodes_[stem];
    const TreeNode old = node;
    node.parent = upper;
    node.flow = flow;
    node.cost = cost;
    upper = stem;
    flow = old.flow;
    cost = old.cost;
    stem = old.parent;
  }
  root_ = root;
}

}  // namespace otlearn
