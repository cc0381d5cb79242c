// Single-precision matrix products out = finish(A B), with transposed operands, batches, and bias and activation applied
// while a result is still in registers.
//
// The classical scheme of packed panels: blocks of A and B are copied into panels whose numbers lie in the order in which a
// micro-kernel reads them, and the micro-kernel keeps a small tile of the result in registers. The order in which the
// products of one entry are added depends on nothing but the inner size, so the bits of a result depend neither on the
// number of threads nor on the other entries.
#pragma once
#include <cstddef>
#include <vector>

namespace otlearn {

class ThreadPool;

// The numbering of tfjs' FusableActivation.
enum class Activation : int { kLinear, kRelu, kRelu6, kPrelu, kLeakyRelu, kSigmoid, kElu };

// All matrices are row-major and contiguous; arrays belong to the caller.
struct MatmulProblem {
  std::ptrdiff_t rows, columns, inner;  // of the product: [rows, inner] x [inner, columns]
  bool transpose_a, transpose_b;        // A is stored as [inner, rows], B as [columns, inner]
  const float* a;
  const float* b;
  float* out;                           // [batch..., rows, columns]
  std::vector<std::ptrdiff_t> batch;    // sizes of the batch dimensions of the result
  std::vector<std::ptrdiff_t> batch_a;  // strides of A in them, in matrices: 0 where A is broadcast
  std::vector<std::ptrdiff_t> batch_b;
  const float* bias;  // one a column, or null
  Activation activation;
  const float* slopes;  // for kPrelu: one a column
  float slope;          // for kLeakyRelu
};

void matmul(const MatmulProblem& problem, ThreadPool& pool);

// What one micro-kernel call computes: out (+)= a b for one tile.
struct MatmulTile {
  std::ptrdiff_t depth;  // products to add up
  const float* a;        // panel of A: tile_rows numbers for each of them
  const float* b;        // `columns` numbers for each, b_stride apart
  std::ptrdiff_t b_stride;
  float* out;
  std::ptrdiff_t out_stride;
  int columns;          // at most tile_columns; with fewer, b has numbers to skip behind them
  bool accumulate;      // add to what out holds
  bool finish;          // then apply bias and activation
  const float* bias;    // tile_columns numbers, or null
  const float* slopes;  // tile_columns numbers, for the activations that have them
  Activation activation;
};

// Micro-kernels of one instruction set.
struct MatmulKernels {
  static constexpr int kMostTileRows = 14;
  int tile_rows, tile_columns;
  void (*multiply[kMostTileRows])(const MatmulTile&);  // [rows - 1]: for tiles of 1 to tile_rows rows
  // Copies vectors of `depth` numbers into a panel, to[p * width + v] = from[v * vector_stride + p * depth_stride], and
  // zeros for those past `vectors`. One of the strides is 1. The width is tile_rows or tile_columns.
  void (*pack_rows)(const float* from, std::ptrdiff_t vector_stride, std::ptrdiff_t depth_stride, int vectors,
                    std::ptrdiff_t depth, float* to);
  void (*pack_columns)(const float* from, std::ptrdiff_t vector_stride, std::ptrdiff_t depth_stride, int vectors,
                       std::ptrdiff_t depth, float* to);
};
// Those of the instruction set that runs.
const MatmulKernels& matmul_kernels();

}  // namespace otlearn
