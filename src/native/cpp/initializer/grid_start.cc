#include "initializer/grid_start.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/thread_pool.h"
#include "initializer/grid_start_kernels.h"
#include "initializer/grid_start_plan.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "initializer/grid_start.cc"
#include "isa/each_set.h"

#include "initializer/grid_start_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

// As CORRECTION of network.ts.
constexpr double kCorrection = 0.3;

int padded(int columns) { return (columns + kStartColumns - 1) / kStartColumns * kStartColumns; }

const GridStartKernels& kernels() { return OTLEARN_CHOOSE(kGridStart); }

bool is_same(const GridStartProblem& a, const GridStartProblem& b) {
  return a.size[0] == b.size[0] && a.size[1] == b.size[1] && a.sides[0] == b.sides[0] && a.sides[1] == b.sides[1] &&
         a.epsilon == b.epsilon && a.unit == b.unit && a.mass_epsilon == b.mass_epsilon;
}

}  // namespace

// Of one thread: panels of up to a tile of pairs.
struct GridStart::Scratch {
  AlignedArray<float> panel, hidden, before;
  std::vector<GridStartOrigin> origins;
};

GridStart::GridStart(GridStartSpec spec, const float* mean, const float* gain, const float* shared,
                     const std::vector<GridStartLayer>& layers)
    : spec_(std::move(spec)) {
  int inputs = spec_.features();
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const bool is_output = k == spec_.widths.size();
    const int units = is_output ? spec_.outputs() : spec_.widths[k];
    Layer layer{inputs, units, padded(units), {}, {}};
    layer.kernel = AlignedArray<float>(static_cast<std::size_t>(inputs) * layer.stride);
    layer.bias = AlignedArray<float>(layer.stride);
    std::vector<double> bias(layers[k].bias, layers[k].bias + units);
    for (int p = 0; p < inputs; ++p) {
      const float* const from = layers[k].kernel + static_cast<std::size_t>(p) * units;
      float* const to = layer.kernel.data() + static_cast<std::size_t>(p) * layer.stride;
      // the features are centred and scaled by the first layer
      const float factor = k == 0 ? gain[p] : 1.0f;
      for (int column = 0; column < units; ++column) {
        to[column] = from[column] * factor;
        if (k == 0) bias[column] -= static_cast<double>(mean[p]) * to[column];
      }
    }
    std::copy(bias.begin(), bias.end(), layer.bias.data());
    layers_.push_back(std::move(layer));
    inputs = units;
  }
  shared_.assign(shared, shared + static_cast<std::size_t>(kStartShared) * layers_.front().units);
  for (int at = 0; at < spec_.outputs(); ++at) {
    const int cells = spec_.cells, row = at / cells, column = at % cells;
    gains_.push_back(
        static_cast<float>(at < cells * cells ? kCorrection / std::sqrt(1.0 + row * row + column * column) : kCorrection));
  }
  // the last layer scales its outputs
  Layer& last = layers_.back();
  for (int column = 0; column < last.units; ++column) {
    for (int p = 0; p < last.inputs; ++p)
      last.kernel.data()[static_cast<std::size_t>(p) * last.stride + column] *= gains_[column];
    last.bias.data()[column] *= gains_[column];
  }
}

GridStart::~GridStart() = default;

void GridStart::take_problem(const GridStartProblem& problem) {
  if (plan_ && is_same(plan_->problem, problem)) return;
  plan_ = std::make_unique<GridStartPlan>(spec_, problem);
  const Layer& first = layers_.front();
  const double features[kStartShared] = {(std::log(problem.epsilon) + 4.6) / 2.3, 8.0 / problem.size[0], 8.0 / problem.size[1],
                                         problem.sides[0], problem.sides[1]};
  first_bias_ = AlignedArray<float>(first.stride);
  for (int column = 0; column < first.units; ++column) {
    double sum = first.bias.data()[column];
    for (int k = 0; k < kStartShared; ++k) sum += features[k] * shared_[k * first.units + column];
    first_bias_.data()[column] = static_cast<float>(sum);
  }
}

void GridStart::run_block(const GridStartBatch& batch, int first, int count, Scratch& scratch) const {
  const GridStartKernels& own = kernels();
  const std::size_t points = static_cast<std::size_t>(plan_->problem.size[0]) * plan_->problem.size[1];
  const auto of_pair = [&](int pair) { return (static_cast<std::size_t>(first) + pair) * points; };
  for (int pair = 0; pair < count; ++pair) {
    own.analyse(*plan_, batch.a + of_pair(pair), batch.b + of_pair(pair), scratch.panel.data() + pair, own.tile_rows,
                scratch.origins[pair]);
  }
  for (std::size_t k = 0; k < layers_.size(); ++k) {
    const Layer& layer = layers_[k];
    const bool is_hidden = k + 1 < layers_.size();
    own.dense[count - 1]({scratch.panel.data(), layer.inputs, layer.stride, layer.kernel.data(),
                          k == 0 ? first_bias_.data() : layer.bias.data(), is_hidden, scratch.hidden.data()});
    if (!is_hidden) break;
    if (k > 0 && layer.units == layers_[k - 1].units) {
      for (int at = 0; at < count * layer.stride; ++at) scratch.hidden.data()[at] += scratch.before.data()[at];
    }
    scratch.before.swap(scratch.hidden);
    own.pack(scratch.before.data(), layer.stride, count, layer.units, scratch.panel.data());
  }
  for (int pair = 0; pair < count; ++pair) {
    own.synthesise(*plan_, scratch.origins[pair], scratch.hidden.data() + pair * layers_.back().stride, batch.b + of_pair(pair),
                   batch.g + of_pair(pair));
  }
}

void GridStart::run(const GridStartProblem& problem, const GridStartBatch& batch, ThreadPool& pool) {
  if (batch.pairs == 0) return;
  take_problem(problem);
  const int tile = kernels().tile_rows;
  const int each = std::min(tile, (batch.pairs + pool.threads() - 1) / pool.threads());
  int depth = 0, width = 0;
  for (const Layer& layer : layers_) {
    depth = std::max(depth, layer.inputs);
    width = std::max(width, layer.stride);
  }
  std::vector<Scratch> scratch(pool.threads());
  for (Scratch& own : scratch) {
    own.panel = AlignedArray<float>(static_cast<std::size_t>(depth) * tile);
    own.hidden = AlignedArray<float>(static_cast<std::size_t>(width) * tile);
    own.before = AlignedArray<float>(static_cast<std::size_t>(width) * tile);
    own.origins.resize(tile);
  }
  pool.run((batch.pairs + each - 1) / each, [&](int worker, int block) {
    run_block(batch, block * each, std::min(each, batch.pairs - block * each), scratch[worker]);
  });
}

}  // namespace otlearn

#endif
