// Entropic transport for pairs of histograms under one dense cost: the interface of the engines that are compiled for each
// instruction set. As on a grid (sinkhorn.h) they iterate on the products y = K v and z = K^T u.
//
// All pairs share K, so an engine iterates on blocks of them: v is a matrix [m, pairs], a product is one of matrices, and K is
// read from memory once a block. A pair that has ended makes room for the next. Its numbers depend neither on its neighbours
// nor on the width of the block: every sum over points is made in one order.
#pragma once
#include <cstddef>

#include "base/aligned_array.h"
#include "sinkhorn/batch.h"
#include "sinkhorn/sinkhorn_tally.h"

namespace otlearn {

// Columns that a tile adds up before they go to the result: what is read of them stays in the first-level cache, and long
// sums lose fewer digits.
constexpr std::ptrdiff_t kDenseDepth = 128;

// C [rows, columns], or its transpose by other strides.
struct DenseCost {
  const double* entries;
  std::ptrdiff_t rows, columns, row_stride, column_stride;
  double epsilon;
};

// K = exp(-C / epsilon) in panels of some rows, the last one filled up with copies of the last row. A panel holds its numbers
// column by column, as the products read them.
struct DensePanels {
  std::ptrdiff_t rows = 0, columns = 0;
  AlignedArray<float> numbers;
};

struct DenseKernels {
  const DensePanels& direct;      // K [n, m]
  const DensePanels& transposed;  // K^T [m, n]
  double epsilon;
};

// Where an engine takes pairs from; may be shared by the engines of several threads.
class DensePairs {
 public:
  virtual ~DensePairs() = default;
  virtual int take() = 0;  // -1: none is left
  // The engine cannot hold this pair's scalings to float32's precision, and has written nothing.
  virtual void refuse(int pair) = 0;
};

class DenseEngine {
 public:
  virtual ~DenseEngine() = default;
  // Solves pairs, at most `width` at a time, until none is left.
  virtual void run(DensePairs& pairs, int width, SinkhornTally& tally) = 0;
};

// Of one domain and instruction set.
struct DenseDomain {
  int panel_rows;     // rows of a panel
  int panel_numbers;  // numbers of a column of a panel
  void (*pack)(const DenseCost& cost, std::ptrdiff_t panel, float* numbers);
  DenseEngine* (*make)(const DenseKernels& kernels, const SinkhornBatch& batch);
};

// Of the instruction set that runs.
const DenseDomain& dense_scaling_domain();
const DenseDomain& dense_log_domain();

}  // namespace otlearn
