#include "chain/chain.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/aligned_array.h"
#include "base/thread_pool.h"
#include "chain/node_updates.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "chain/chain.cc"
#include "isa/each_set.h"

#include "chain/node_updates_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

const NodeUpdateKernels& kernels() { return OTLEARN_CHOOSE(kNodeUpdateParts); }

class Iterate {
 public:
  Iterate(const std::vector<KeptTerms>& links, const std::vector<ChainNode>& nodes, ThreadPool& pool) : pool_(pool) {
    for (const KeptTerms& link : links) links_.emplace_back(link, pool);
    std::size_t total = 0;
    for (const ChainNode& node : nodes) total += padded(node.points);
    vectors_ = AlignedArray<double>(kVectors * total);
    double* next = vectors_.data();
    const auto take = [&](const double* from, const ChainNode& node) {
      double* vector = next;
      std::copy_n(from, node.points, vector);
      next += padded(node.points);
      return vector;
    };
    for (const ChainNode& node : nodes) {
      const double *goal = take(node.goal, node), *target = take(node.target, node);
      double *u = take(node.u, node), *left = take(node.root, node), *right = take(node.root, node);
      nodes_.push_back({padded(node.points), node.share, goal, target, u, left, right, take(node.root, node)});
      spreads_.push_back(kernels().spread(nodes_.back()));
      if (node.share > 0) last_ = nodes_.size() - 1;
    }
    pass_to_left();
  }

  // The error after it; not finite where it would leave the range.
  double step(double range) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const NodeVectors& node = nodes_[i];
      if (node.share > 0) {
        kernels().update(node);
        spreads_[i] = kernels().spread(node);
        double sum = 0;
        for (const double spread : spreads_) sum += spread;
        if (!(sum <= range)) return std::numeric_limits<double>::infinity();
      }
      if (i == links_.size()) break;
      kernels().multiply(node.u, node.left, node.sent, node.length);
      links_[i].apply_transpose(node.sent, nodes_[i + 1].left, pool_);
    }
    pass_to_left();
    double error = 0;  // the last node is in balance, since it was updated last
    for (std::size_t i = 0; i < last_; ++i) {
      if (nodes_[i].share > 0) error += kernels().violation(nodes_[i]);
    }
    return error;
  }

  const double* ratios(std::size_t node) const { return nodes_[node].u; }

 private:
  static constexpr std::size_t kVectors = 6;  // a node

  void pass_to_left() {
    for (std::size_t i = links_.size(); i-- > 0;) {
      const NodeVectors& node = nodes_[i + 1];
      kernels().multiply(node.u, node.right, node.sent, node.length);
      links_[i].apply(node.sent, nodes_[i].right, pool_);
    }
  }

  ThreadPool& pool_;
  std::vector<KeptMatrix> links_;
  std::vector<NodeVectors> nodes_;
  std::vector<double> spreads_;
  std::size_t last_ = 0;
  AlignedArray<double> vectors_;
};

}  // namespace

ChainReport iterate_chain(const std::vector<KeptTerms>& links, const std::vector<ChainNode>& nodes, const ChainRule& rule,
                          ThreadPool& pool) {
  Iterate iterate(links, nodes, pool);
  ChainReport report{{}, ChainEnd::kMaxIterations};
  while (report.errors.size() < rule.iterations) {
    const double error = iterate.step(rule.range);
    if (!std::isfinite(error)) {
      report.ended = ChainEnd::kLeft;
      break;
    }
    report.errors.push_back(error);
    for (std::size_t i = 0; i < nodes.size(); ++i) std::copy_n(iterate.ratios(i), nodes[i].points, nodes[i].u);
    if (error <= rule.tolerance) {
      report.ended = ChainEnd::kConverged;
      break;
    }
  }
  return report;
}

}  // namespace otlearn

#endif
