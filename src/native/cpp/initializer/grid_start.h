// A learned start of Sinkhorn for pairs of histograms on one grid: the network of models/sinkinit/any-grid, fused. The names
// and formulas are those of its files features.ts and network.ts; here each pair's numbers stay in the caches of one thread.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "base/aligned_array.h"

namespace otlearn {

class ThreadPool;
struct GridStartPlan;

// Rows of small matrices are this wide, whatever the set; what is behind their numbers is zero.
constexpr int kStartWidth = 16;
// Cells an axis: two more columns hold monomials.
constexpr int kMostStartCells = kStartWidth - 2;
// Points along an axis of the grid.
constexpr int kMostStartSide = 128;
// Columns of the weights are padded to a multiple of this: that is one of every set's tiles.
constexpr int kStartColumns = 32;
// Numbers that the network sees besides the spectra of five fields, and of those that a batch shares.
constexpr int kStartScalars = 19, kStartShared = 5, kStartFields = 5, kStartMonomials = 5;

struct GridStartSpec {
  int cells, iterations, modes;
  double least_epsilon;
  std::vector<int> widths;  // of the hidden layers

  int features() const { return kStartFields * modes * modes + kStartScalars; }
  int outputs() const { return cells * cells + kStartMonomials; }
};

// A dense layer [inputs, units], row-major; the caller's.
struct GridStartLayer {
  const float *kernel, *bias;
};

// The problem in the network's units: cells tile a rectangle whose longest side is 1.
struct GridStartProblem {
  int size[2];
  double sides[2];
  double epsilon;       // in these units
  double unit;          // of a potential in the caller's units
  double mass_epsilon;  // in the caller's units, the factor of log nu
};

// Both marginals of each pair [pairs, points] and the potential g [pairs, points] to be written.
struct GridStartBatch {
  int pairs;
  const float *a, *b;
  float* g;
};

// Trained weights, in the order in which the kernels read them.
class GridStart {
 public:
  // `mean` and `gain` of the features; `shared` [kStartShared, widths[0]]; a layer for each width, then the output.
  GridStart(GridStartSpec spec, const float* mean, const float* gain, const float* shared,
            const std::vector<GridStartLayer>& layers);
  ~GridStart();

  const GridStartSpec& spec() const { return spec_; }
  // The same bits for any number of threads. Keeps the tables of the last problem for the next call.
  void run(const GridStartProblem& problem, const GridStartBatch& batch, ThreadPool& pool);

 private:
  struct Layer {
    int inputs, units, stride;  // columns are padded to whole tiles
    AlignedArray<float> kernel, bias;
  };
  struct Scratch;

  void take_problem(const GridStartProblem& problem);
  void run_block(const GridStartBatch& batch, int first, int count, Scratch& scratch) const;

  GridStartSpec spec_;
  std::vector<Layer> layers_;
  std::vector<float> shared_;
  std::vector<float> gains_;  // of the outputs
  std::unique_ptr<GridStartPlan> plan_;
  AlignedArray<float> first_bias_;  // of the first layer, with what the problem adds
};

}  // namespace otlearn
