#include "tensors/matmul.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/thread_pool.h"

namespace otlearn {
namespace {

// Sizes of the blocks. kGroupRows rows of A of kBlockDepth numbers and a panel of B stay in the second-level cache, from which
// a micro-kernel reads fast enough; all that is packed at a time stays in the last. Deeper blocks add to a result less often.
template <typename T>
constexpr std::ptrdiff_t kBlockDepth = 2048 / sizeof(T);
constexpr std::ptrdiff_t kDepthUnit = 16;    // blocks are of equal depth up to this
constexpr std::ptrdiff_t kBlockRows = 4032;  // multiples of all tile sizes (6, 14; 8, 16, 32)
constexpr std::ptrdiff_t kBlockColumns = 4096;
constexpr std::ptrdiff_t kGroupRows = 84;  // what one task computes at most
constexpr std::ptrdiff_t kGroupColumns = 1024;
// Products with fewer multiplications than this take less time than waking a thread.
constexpr double kInlineWork = 1 << 21;
// Tasks for each thread, so that a thread that is delayed leaves its work to others.
constexpr std::ptrdiff_t kTasksPerThread = 4;

// Calls a task for 0 .. count - 1, on the pool's threads or, without a pool, here.
class Executor {
 public:
  explicit Executor(ThreadPool* pool) : pool_(pool) {}
  int threads() const { return pool_ ? pool_->threads() : 1; }
  template <typename Body>
  void run(std::ptrdiff_t count, Body body) const {
    if (pool_ && count > 1) {
      pool_->run(static_cast<int>(count), [&](int, int index) { body(index); });
    } else {
      for (std::ptrdiff_t index = 0; index < count; ++index) body(index);
    }
  }

 private:
  ThreadPool* pool_;
};

std::ptrdiff_t blocks(std::ptrdiff_t size, std::ptrdiff_t block) { return (size + block - 1) / block; }
std::ptrdiff_t round_up(std::ptrdiff_t size, std::ptrdiff_t unit) { return blocks(size, unit) * unit; }

// Memory for panels, kept between calls; at most (kBlockRows + kBlockColumns) x kBlockDepth numbers a thread.
template <typename T>
class Scratch {
 public:
  T* reserve(std::ptrdiff_t numbers) {
    const auto lines = static_cast<std::size_t>(blocks(numbers, kLine));
    if (lines_.size() < lines) lines_.resize(lines);
    return lines_.empty() ? nullptr : lines_.front().numbers;
  }

 private:
  static constexpr std::ptrdiff_t kLine = 16;
  struct alignas(64) Line {
    T numbers[kLine];
  };
  std::vector<Line> lines_;
};

// Values for each column, padded to whole tiles.
struct PaddedFinish {
  std::vector<float> bias, slopes;
  Activation activation;

  TileFinish at(std::ptrdiff_t column) const {
    return {bias.empty() ? nullptr : bias.data() + column, slopes.empty() ? nullptr : slopes.data() + column, activation};
  }
};

// One product of a batch.
template <typename T>
class Product {
 public:
  // `finish` may be null.
  Product(const MatmulProblem<T>& problem, const PaddedFinish* finish, MatmulOperand<T> a, MatmulOperand<T> b, T* out)
      : p_(problem),
        finish_(finish),
        k_(matmul_kernels<T>()),
        a_(a),
        b_(b),
        out_(out),
        // a panel of B that few rows of A use is read where it lies
        pack_b_(problem.transpose_b || !b.wide || problem.rows > 2 * k_.tile_rows) {}

  void run(const Executor& executor) const {
    const std::ptrdiff_t parts = std::max(blocks(p_.inner, kBlockDepth<T>), std::ptrdiff_t(1));
    const std::ptrdiff_t depth = round_up(blocks(p_.inner, parts), kDepthUnit);
    for (std::ptrdiff_t j = 0; j < p_.columns; j += kBlockColumns) {
      Block block;
      block.column = j;
      block.columns = std::min(kBlockColumns, p_.columns - j);
      block.from = 0;
      do {  // once also where there is nothing to add up
        block.depth = std::min(depth, p_.inner - block.from);
        for (std::ptrdiff_t i = 0; i < p_.rows; i += kBlockRows) {
          block.row = i;
          block.rows = std::min(kBlockRows, p_.rows - i);
          run_block(block, i == 0, executor);
        }
        block.from += block.depth;
      } while (block.from < p_.inner);
    }
  }

 private:
  struct Block {
    std::ptrdiff_t row, rows, column, columns, from, depth;
  };

  void run_block(const Block& block, bool new_b, const Executor& executor) const {
    thread_local Scratch<T> scratch_a, scratch_b;
    const std::ptrdiff_t panels_a = blocks(block.rows, k_.tile_rows);
    const std::ptrdiff_t panels_b = blocks(block.columns, k_.tile_columns);
    const std::ptrdiff_t panel_a = k_.tile_rows * block.depth, panel_b = k_.tile_columns * block.depth;
    T* const packed_a = scratch_a.reserve(panels_a * panel_a);
    T* const packed_b = scratch_b.reserve(panels_b * panel_b);

    // some panels a task
    const std::ptrdiff_t packs = new_b ? panels_a + panels_b : panels_a;
    const std::ptrdiff_t share = blocks(packs, kTasksPerThread * executor.threads());
    executor.run(blocks(packs, share), [&](std::ptrdiff_t task) {
      for (std::ptrdiff_t panel = task * share; panel < std::min(packs, (task + 1) * share); ++panel) {
        if (panel < panels_a) {
          pack_a(block, panel, packed_a + panel * panel_a);
        } else {
          pack_b(block, panel - panels_a, packed_b + (panel - panels_a) * panel_b);
        }
      }
    });

    const std::ptrdiff_t wanted = executor.threads() == 1 ? 1 : kTasksPerThread * executor.threads();
    std::ptrdiff_t group_a = kGroupRows / k_.tile_rows, group_b = kGroupColumns / k_.tile_columns;
    const auto tasks = [&] { return blocks(panels_a, group_a) * blocks(panels_b, group_b); };
    while (tasks() < wanted && group_b > 4) group_b /= 2;
    while (tasks() < wanted && group_a > 1) group_a /= 2;
    const std::ptrdiff_t groups_a = blocks(panels_a, group_a);
    executor.run(tasks(), [&](std::ptrdiff_t task) {
      const std::ptrdiff_t first_a = task % groups_a * group_a, first_b = task / groups_a * group_b;
      for (std::ptrdiff_t j = first_b; j < std::min(panels_b, first_b + group_b); ++j) {
        for (std::ptrdiff_t i = first_a; i < std::min(panels_a, first_a + group_a); ++i) {
          multiply(block, i, j, packed_a + i * panel_a, packed_b + j * panel_b);
        }
      }
    });
  }

  void pack_a(const Block& block, std::ptrdiff_t panel, T* to) const {
    const std::ptrdiff_t row = panel * k_.tile_rows;
    const int rows = static_cast<int>(std::min<std::ptrdiff_t>(k_.tile_rows, block.rows - row));
    const std::ptrdiff_t row_stride = p_.transpose_a ? 1 : p_.inner, depth_stride = p_.transpose_a ? p_.rows : 1;
    const std::ptrdiff_t corner = (block.row + row) * row_stride + block.from * depth_stride;
    if (a_.wide) {
      k_.pack_rows(a_.wide + corner, row_stride, depth_stride, rows, block.depth, to);
    } else {
      k_.pack_narrow_rows(a_.narrow + corner, row_stride, depth_stride, rows, block.depth, to);
    }
  }

  bool direct(const Block& block, std::ptrdiff_t panel) const {
    return !pack_b_ && (panel + 1) * k_.tile_columns <= block.columns;
  }
  std::ptrdiff_t corner_of_b(const Block& block, std::ptrdiff_t panel) const {
    const std::ptrdiff_t column = block.column + panel * k_.tile_columns;
    return p_.transpose_b ? column * p_.inner + block.from : column + block.from * p_.columns;
  }

  void pack_b(const Block& block, std::ptrdiff_t panel, T* to) const {
    if (direct(block, panel)) return;
    const std::ptrdiff_t left = block.columns - panel * k_.tile_columns;
    const int columns = static_cast<int>(std::min<std::ptrdiff_t>(k_.tile_columns, left));
    const std::ptrdiff_t column_stride = p_.transpose_b ? p_.inner : 1, depth_stride = p_.transpose_b ? 1 : p_.columns;
    const std::ptrdiff_t corner = corner_of_b(block, panel);
    if (b_.wide) {
      k_.pack_columns(b_.wide + corner, column_stride, depth_stride, columns, block.depth, to);
    } else {
      k_.pack_narrow_columns(b_.narrow + corner, column_stride, depth_stride, columns, block.depth, to);
    }
  }

  void multiply(const Block& block, std::ptrdiff_t panel_a, std::ptrdiff_t panel_b, const T* a, const T* b) const {
    const std::ptrdiff_t row = panel_a * k_.tile_rows, column = block.column + panel_b * k_.tile_columns;
    const auto rows = std::min<std::ptrdiff_t>(k_.tile_rows, block.rows - row);
    MatmulTile<T> tile;
    tile.depth = block.depth;
    tile.a = a;
    tile.b = direct(block, panel_b) ? b_.wide + corner_of_b(block, panel_b) : b;
    tile.b_stride = direct(block, panel_b) ? p_.columns : k_.tile_columns;
    tile.out = out_ + (block.row + row) * p_.columns + column;
    tile.out_stride = p_.columns;
    tile.columns = static_cast<int>(std::min<std::ptrdiff_t>(k_.tile_columns, p_.columns - column));
    tile.accumulate = block.from > 0;
    tile.finish = nullptr;
    TileFinish finish;
    if (finish_ && block.from + block.depth == p_.inner) {
      finish = finish_->at(column);
      tile.finish = &finish;
    }
    k_.multiply[rows - 1](tile);
  }

  const MatmulProblem<T>& p_;
  const PaddedFinish* const finish_;
  const MatmulKernels<T>& k_;
  const MatmulOperand<T> a_, b_;
  T* const out_;
  const bool pack_b_;
};

PaddedFinish padded_finish(const MatmulFinish& given, std::ptrdiff_t columns) {
  const auto padded = static_cast<std::size_t>(round_up(columns, matmul_kernels<float>().tile_columns));
  PaddedFinish finish;
  finish.activation = given.activation;
  if (given.bias) {
    finish.bias.assign(given.bias, given.bias + columns);
    finish.bias.resize(padded);
  }
  if (given.activation == Activation::kLeakyRelu) finish.slopes.assign(padded, given.slope);
  if (given.activation == Activation::kPrelu) {
    finish.slopes.assign(given.slopes, given.slopes + columns);
    finish.slopes.resize(padded);
  }
  return finish;
}

template <typename T>
MatmulOperand<T> advanced(MatmulOperand<T> operand, std::ptrdiff_t numbers) {
  if (operand.wide) operand.wide += numbers;
  if (operand.narrow) operand.narrow += numbers;
  return operand;
}

// Which matrix of an operand belongs to an element of the batch.
std::ptrdiff_t matrix_of(const std::vector<std::ptrdiff_t>& batch, const std::vector<std::ptrdiff_t>& strides,
                         std::ptrdiff_t element) {
  std::ptrdiff_t matrix = 0;
  for (std::size_t d = batch.size(); d-- > 0; element /= batch[d]) matrix += element % batch[d] * strides[d];
  return matrix;
}

// Strides of an operand that is not broadcast, or of one that is broadcast everywhere.
bool contiguous(const std::vector<std::ptrdiff_t>& batch, const std::vector<std::ptrdiff_t>& strides) {
  std::ptrdiff_t expected = 1;
  for (std::size_t d = batch.size(); d-- > 0; expected *= batch[d]) {
    if (batch[d] != 1 && strides[d] != expected) return false;
  }
  return true;
}
bool constant(const std::vector<std::ptrdiff_t>& strides) {
  return std::all_of(strides.begin(), strides.end(), [](std::ptrdiff_t stride) { return stride == 0; });
}

template <typename T>
void multiply_all(const MatmulProblem<T>& given, const PaddedFinish* finish, ThreadPool& pool) {
  MatmulProblem<T> problem = given;
  std::ptrdiff_t count = std::accumulate(problem.batch.begin(), problem.batch.end(), std::ptrdiff_t(1), std::multiplies<>());
  if (count == 0 || problem.rows == 0 || problem.columns == 0) return;
  // one B for all: the matrices A lie below each other like the rows of one
  if (count > 1 && !problem.transpose_a && constant(problem.batch_b) && contiguous(problem.batch, problem.batch_a)) {
    problem.rows *= count;
    problem.batch.clear();
    count = 1;
  }

  const std::ptrdiff_t size_a = problem.rows * problem.inner, size_b = problem.inner * problem.columns;
  const auto multiply = [&](std::ptrdiff_t element, const Executor& executor) {
    Product<T>(problem, finish, advanced(problem.a, matrix_of(problem.batch, problem.batch_a, element) * size_a),
               advanced(problem.b, matrix_of(problem.batch, problem.batch_b, element) * size_b),
               problem.out + element * problem.rows * problem.columns)
        .run(executor);
  };
  const double work = static_cast<double>(problem.rows) * problem.columns * problem.inner;
  const Executor threads(work * count < kInlineWork ? nullptr : &pool), here(nullptr);
  if (count < kTasksPerThread * threads.threads()) {
    for (std::ptrdiff_t element = 0; element < count; ++element) multiply(element, threads);
  } else {  // whole products, some a task
    const std::ptrdiff_t share = blocks(count, 4 * kTasksPerThread * threads.threads());
    threads.run(blocks(count, share), [&](std::ptrdiff_t task) {
      for (std::ptrdiff_t e = task * share; e < std::min(count, (task + 1) * share); ++e) multiply(e, here);
    });
  }
}

}  // namespace

void matmul(const MatmulProblem<float>& problem, const MatmulFinish& finish, ThreadPool& pool) {
  const PaddedFinish padded = padded_finish(finish, problem.columns);
  multiply_all(problem, &padded, pool);
}

void matmul(const MatmulProblem<double>& problem, ThreadPool& pool) { multiply_all(problem, nullptr, pool); }

}  // namespace otlearn
