// K x of a regular grid in float64, one pass an axis: what the host's solvers apply (grid-host.ts of the geometry folder).
#pragma once
#include <cstddef>
#include <vector>

#include "base/aligned_array.h"

namespace otlearn {

class ThreadPool;

// The kernel along an axis, by distance in steps.
struct GridAxis {
  std::size_t length;
  std::size_t radius;      // farther taps are zero
  const double* taps;      // [length]
  const double* log_taps;  // [length], of a logarithm
};

struct GridOperation {
  std::vector<GridAxis> axes;  // the last one is contiguous
  bool logarithm;              // out = log(K exp(x)), -infinity for absent mass; K x otherwise
  const double* x;
  double* out;
};

// The same bits for any number of threads.
void run_grid_operation(const GridOperation& operation, ThreadPool& pool);

// A pass over an axis of numbers [blocks, length, lanes], with lanes rounded up to whole registers. Along the last axis a block
// is a row and there is one lane a number: then `table` is the kernel as a matrix.
struct GridPass {
  const GridAxis* axis;
  std::size_t blocks, lanes;
  bool is_last;
  std::size_t width;        // of a row along the last axis, rounded up
  const double* table;      // [length, width] along the last axis; else taps by signed distance, [2 length - 1]
  const double* log_table;  // logarithms of taps by signed distance, of a logarithm
  const double* in;
  double* out;
  double* scaled;   // of a logarithm: the exponentials of the input relative to each line's largest number
  double* highest;  // [blocks * lanes], the largest
};

constexpr std::size_t kGridRows = 32;  // rows of a task along the last axis

using GridPassPart = void (*)(const GridPass&, std::size_t begin, std::size_t end);

struct GridOperatorKernels {
  GridPassPart multiply, logarithm;  // blocks [begin, end)
  std::size_t lanes;                 // of a register
};

// One operation with its tables and buffers, for who applies it many times. For one caller at a time.
class GridProduct {
 public:
  GridProduct(std::vector<GridAxis> axes, bool logarithm);
  // Over the pool where there is one and it pays. The same bits for any number of threads.
  void apply(const double* x, double* out, ThreadPool* pool = nullptr);

 private:
  void run(const GridPass& pass, ThreadPool* pool) const;

  std::vector<GridAxis> axes_;
  bool logarithm_;
  std::size_t width_, rows_;
  std::vector<AlignedArray<double>> tables_, log_tables_;
  AlignedArray<double> from_, to_, scaled_, highest_;
};

}  // namespace otlearn
