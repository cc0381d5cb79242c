// Matrix products out = A B in float and double, with transposed operands and batches; in float also bias and activation,
// applied while a result is still in registers.
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

// An operand of a product in T: its numbers are of that type, or float, and then widened where they are packed.
template <typename T>
struct MatmulOperand {
  MatmulOperand() = default;
  MatmulOperand(const T* numbers) : wide(numbers) {}

  const T* wide = nullptr;
  const float* narrow = nullptr;  // used where wide is null
};

// All matrices are row-major and contiguous; arrays belong to the caller.
template <typename T>
struct MatmulProblem {
  std::ptrdiff_t rows, columns, inner;  // of the product: [rows, inner] x [inner, columns]
  bool transpose_a, transpose_b;        // A is stored as [inner, rows], B as [columns, inner]
  MatmulOperand<T> a, b;
  T* out;                               // [batch..., rows, columns]
  std::vector<std::ptrdiff_t> batch;    // sizes of the batch dimensions of the result
  std::vector<std::ptrdiff_t> batch_a;  // strides of A in them, in matrices: 0 where A is broadcast
  std::vector<std::ptrdiff_t> batch_b;
};

// What becomes of the sums.
struct MatmulFinish {
  const float* bias;  // one a column, or null
  Activation activation;
  const float* slopes;  // for kPrelu: one a column
  float slope;          // for kLeakyRelu
};

void matmul(const MatmulProblem<float>& problem, const MatmulFinish& finish, ThreadPool& pool);
void matmul(const MatmulProblem<double>& problem, ThreadPool& pool);

// Bias and activation for the columns of a tile, padded to whole tiles.
struct TileFinish {
  const float* bias;    // or null
  const float* slopes;  // for the activations that have them
  Activation activation;
};

// What one micro-kernel call computes: out (+)= a b for one tile.
template <typename T>
struct MatmulTile {
  std::ptrdiff_t depth;  // products to add up
  const T* a;            // panel of A: tile_rows numbers for each of them
  const T* b;            // `columns` numbers for each, b_stride apart
  std::ptrdiff_t b_stride;
  T* out;
  std::ptrdiff_t out_stride;
  int columns;               // at most tile_columns; with fewer, b has numbers to skip behind them
  bool accumulate;           // add to what out holds
  const TileFinish* finish;  // then applied, in float; or null
};

// Copies vectors of `depth` numbers into a panel, to[p * width + v] = from[v * vector_stride + p * depth_stride], and zeros for
// those past `vectors`. One of the strides is 1.
template <typename From, typename To>
using PackPanel = void (*)(const From* from, std::ptrdiff_t vector_stride, std::ptrdiff_t depth_stride, int vectors,
                           std::ptrdiff_t depth, To* to);

// Micro-kernels of one instruction set.
template <typename T>
struct MatmulKernels {
  static constexpr int kMostTileRows = 14;
  int tile_rows, tile_columns;
  void (*multiply[kMostTileRows])(const MatmulTile<T>&);  // [rows - 1]: for tiles of 1 to tile_rows rows
  PackPanel<T, T> pack_rows, pack_columns;                // panels of width tile_rows and tile_columns
  PackPanel<float, T> pack_narrow_rows, pack_narrow_columns;
};
// Those of the instruction set that runs.
template <typename T>
const MatmulKernels<T>& matmul_kernels();

}  // namespace otlearn
