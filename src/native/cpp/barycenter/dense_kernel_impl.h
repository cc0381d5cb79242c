// K x for a ground cost that is given as a matrix, K = exp(-C / epsilon).
//
// One vector at a time would read the matrix from memory for each. Products are therefore made for many vectors at once, as
// those of matrices: X in panels of some vectors, K in panels of some results, and a tile of results in registers. A result's
// bits depend neither on the other vectors nor on how many there are.
//
// A panel of K consists of blocks, and a level keeps those with an entry above its threshold: where the points lie in an order
// that has to do with their distances, as the pixels of an image do, most blocks are all but zero.
#if defined(OTLEARN_BARYCENTER_DENSE_KERNEL_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_DENSE_KERNEL_IMPL_H
#undef OTLEARN_BARYCENTER_DENSE_KERNEL_IMPL_H
#else
#define OTLEARN_BARYCENTER_DENSE_KERNEL_IMPL_H
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "base/aligned_array.h"
#include "isa/set.h"
#include "vector/registers_impl.h"
#include "vector/tile_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Vectors of one worker.
template <typename T>
struct DenseScratch {
  Images<T> x, product;
  AlignedArray<T> packed;
};

// A vector of the scratch to multiply, with which level.
struct DenseRow {
  int vector, level;
};

// K takes upright images to lying ones, and its transpose back (grid_kernel_impl.h). In memory both are the same.
enum class Side { kLying = 0, kUpright = 1 };

template <typename T>
class DenseKernel : public LevelledKernel<T> {
  static constexpr int kLanes = Traits<T>::kLanes, kColumns = kTileRegisters * kLanes;
  using V = Vector<T>;

 public:
  explicit DenseKernel(const BarycenterProblem& p)
      : cost_(p.cost),
        epsilon_(p.epsilon),
        points_(static_cast<std::size_t>(p.across.size)),
        panels_((p.across.size + kColumns - 1) / kColumns),
        blocks_((p.across.size + kBlock - 1) / kBlock),
        layout_{1, 1, p.across.size, kLanes, false} {
    sides_.resize(p.cost_is_symmetric ? 1 : 2);
    for (Matrix& side : sides_) {
      side.numbers = AlignedArray<T>(panels_ * points_ * kColumns);
      side.largest.resize(panels_ * blocks_);
      side.level.resize(panels_ * blocks_);
      side.left_out.resize(panels_, std::vector<double>(kThresholds));
    }
  }

  // To be called for each part, by any threads, then `finish`.
  int parts() const { return static_cast<int>(sides_.size() * panels_); }
  void make_part(int part) { make_panel(static_cast<Side>(part / panels_), part % panels_); }
  void finish() {
    choose_levels();
    cost_ = nullptr;
  }

  const StripLayout& upright() const { return layout_; }
  const StripLayout& lying() const { return layout_; }
  std::size_t size() const { return panels_ * kColumns; }
  DenseScratch<T> make_scratch() const { return {}; }

  // product[v] = K x[v], or K^T x[v], for the given rows.
  void multiply(Side side, const std::vector<DenseRow>& rows, DenseScratch<T>& scratch) const {
    const std::vector<Panel> panels = pack(rows, scratch);
    const Matrix& matrix = at(side);
    constexpr std::size_t kDeep = kDepth / kBlock;  // blocks that are added up before they go to the result
    for (std::size_t first = 0; first < blocks_; first += kDeep) {
      const std::size_t end = std::min(blocks_, first + kDeep);
      for (std::size_t j = 0; j < panels_; ++j) {
        const T* numbers = matrix.numbers.data() + j * points_ * kColumns;
        const std::uint8_t* levels = matrix.level.data() + j * blocks_;
        for (const Panel& panel : panels) {
          kTiles[panel.rows - 1]({panel.numbers, numbers, levels, panel.level, first, end, points_, panel.out, j * kColumns});
        }
      }
    }
  }

  // The smallest entry of a product.
  T smallest(const T* product) const {
    V smallest = broadcast<T>(std::numeric_limits<T>::max());
    std::size_t i = 0;
    for (; i + kLanes <= points_; i += kLanes) smallest = least<T>(smallest, load<T>(product + i));
    T result = -largest_lane<T>(-smallest);
    for (; i < points_; ++i) result = std::min(result, product[i]);
    return result;
  }

  // x = what `produce` gives, padding zero; and what it summed, and the largest entry, into the outcome.
  template <typename Produce>
  void fill(T* x, Produce produce, Outcome<T>& outcome) const {
    V largest = {};
    outcome.produced = each([&](std::size_t i, auto inside, V& sum) {
      const V value = inside(produce(i, sum), T(0));
      largest = most<T>(largest, value);
      store<T>(x + i, value);
    });
    outcome.largest = largest_lane<T>(largest);
  }
  // Gives a product away, padding set to `outside`; returns what `consume` summed.
  template <typename Consume>
  double empty(const T* product, T outside, Consume consume) const {
    return each([&](std::size_t i, auto inside, V& sum) { consume(i, inside(load<T>(product + i), outside), sum); });
  }

  // One vector, as on a grid.
  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> to_lying(int level, T outside, DenseScratch<T>& scratch, Produce produce, Consume consume) const {
    return apply<kMeasure>(Side::kLying, level, outside, scratch, produce, consume);
  }
  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> to_upright(int level, T outside, DenseScratch<T>& scratch, Produce produce, Consume consume) const {
    return apply<kMeasure>(Side::kUpright, level, outside, scratch, produce, consume);
  }

  // A lying image as an upright one, as on a grid; in memory they are the same.
  template <typename Produce, typename Consume>
  void turn(T outside, DenseScratch<T>&, Produce produce, Consume consume) const {
    each([&](std::size_t i, auto inside, V& sum) { consume(i, inside(produce(i, sum), outside), sum); });
  }

  // Room for some vectors.
  void reserve(int vectors, DenseScratch<T>& scratch) const {
    if (scratch.x.count() >= static_cast<std::size_t>(vectors)) return;
    scratch.x = Images<T>(vectors, size());
    scratch.product = Images<T>(vectors, size());
    scratch.packed = AlignedArray<T>(static_cast<std::size_t>(vectors) * points_ + kLanes);
  }

 private:
  // Numbers of x that a block of a panel is for. Blocks are square, so that a level of K^T keeps what it keeps of K.
  static constexpr std::size_t kBlock = kColumns;
  static constexpr std::size_t kDepth = 512;  // of x in one go: panels of both sides stay in the second-level cache
  // A threshold a level, from exp(-kStep) of the shortest to exp of the least exponent.
  static constexpr int kThresholds = 24;
  static constexpr double kStep = -Traits<T>::kLeastExponent / kThresholds;
  // A level is worth it that leaves out this part of the blocks that the next one keeps.
  static constexpr double kWorthwhile = 0.1;
  static constexpr std::size_t kSumRegisters = 64;  // sums over so many in T, over these in double, lose few digits

  // K or its transpose.
  struct Matrix {
    AlignedArray<T> numbers;                    // [panels, N, kColumns]
    std::vector<T> largest;                     // [panels, blocks]
    std::vector<std::uint8_t> level;            // [panels, blocks] the first that keeps it
    std::vector<std::vector<double>> left_out;  // [panels][threshold] of the result that loses most
  };
  const Matrix& at(Side side) const { return sides_[side == Side::kUpright && sides_.size() > 1 ? 1 : 0]; }

  // Vectors of one level that make a tile.
  struct Panel {
    const T* numbers;  // [N, rows]
    int rows, level;
    T* out[kTileRows];
  };
  struct TileJob {
    const T *x, *k;
    const std::uint8_t* levels;
    int level;
    std::size_t first, end, points;  // blocks, and all numbers
    T* const* out;
    std::size_t column;
  };

  template <int kRows>
  static void multiply_tile(const TileJob& job) {
    Tile<T, kRows, kTileRegisters> tile;
    for (std::size_t block = job.first; block < job.end; ++block) {
      if (job.levels[block] > job.level) continue;
      const std::size_t p = block * kBlock;
      const auto depth = static_cast<std::ptrdiff_t>(std::min(kBlock, job.points - p));
      tile.add(job.x + p * kRows, kRows, job.k + p * kColumns, kColumns, depth);
    }
    for (int i = 0; i < kRows; ++i) {
      for (int r = 0; r < kTileRegisters; ++r) {
        T* out = job.out[i] + job.column + r * kLanes;
        store<T>(out, job.first > 0 ? load<T>(out) + tile.sum[i][r] : tile.sum[i][r]);
      }
    }
  }
  template <int... kIndex>
  static constexpr std::array<void (*)(const TileJob&), kTileRows> tiles_of(std::integer_sequence<int, kIndex...>) {
    return {multiply_tile<kIndex + 1>...};
  }
  static constexpr auto kTiles = tiles_of(std::make_integer_sequence<int, kTileRows>());

  // Panels of vectors of equal level and, as far as possible, of equal size.
  std::vector<Panel> pack(const std::vector<DenseRow>& given, DenseScratch<T>& scratch) const {
    std::vector<DenseRow> rows = given;
    std::stable_sort(rows.begin(), rows.end(), [](const DenseRow& a, const DenseRow& b) { return a.level < b.level; });
    std::vector<Panel> panels;
    T* to = scratch.packed.data();
    for (std::size_t first = 0; first < rows.size();) {
      std::size_t end = first;
      while (end < rows.size() && rows[end].level == rows[first].level) ++end;
      for (std::size_t left = (end - first + kTileRows - 1) / kTileRows; left > 0; --left) {
        Panel panel{to, static_cast<int>((end - first + left - 1) / left), rows[first].level, {}};
        const T* x[kTileRows] = {};
        for (int i = 0; i < panel.rows; ++i, ++first) {
          x[i] = scratch.x[rows[first].vector];
          panel.out[i] = scratch.product[rows[first].vector];
        }
        pack_across<T, kTileRows>([&](int v) { return x[v]; }, panel.rows, static_cast<std::ptrdiff_t>(points_), to);
        to += points_ * panel.rows;
        panels.push_back(panel);
      }
    }
    return panels;
  }

  // body(i, inside, sum) for each register, where inside(value, outside) sets padding lanes. Returns the sum of the sums.
  template <typename Body>
  double each(Body body) const {
    double all = 0;
    const auto whole = [](const V& value, T) { return value; };
    const std::size_t end = points_ / kLanes * kLanes;
    for (std::size_t i = 0; i < end;) {
      V sum = {};
      for (const std::size_t stop = std::min(end, i + kSumRegisters * kLanes); i < stop; i += kLanes) body(i, whole, sum);
      all += sum_lanes<T>(sum);
    }
    if (end < points_) {
      V sum = {}, is_inside = {};
      for (int lane = 0; lane < kLanes; ++lane) is_inside[lane] = end + lane < points_ ? T(1) : T(0);
      body(
          end, [=](const V& value, T outside) { return V(is_inside > T(0) ? value : broadcast<T>(outside)); }, sum);
      all += sum_lanes<T>(sum);
    }
    return all;
  }

  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> apply(Side side, int level, T outside, DenseScratch<T>& scratch, Produce produce, Consume consume) const {
    reserve(1, scratch);
    Outcome<T> outcome{};
    fill(scratch.x[0], produce, outcome);
    multiply(side, {{0, level}}, scratch);
    if (kMeasure) outcome.smallest = smallest(scratch.product[0]);
    outcome.consumed = empty(scratch.product[0], outside, consume);
    return outcome;
  }

  // Entries that are no normal numbers of T are left out. In double they are counted as the least normal one.
  void make_panel(Side side, std::size_t panel) {
    Matrix& matrix = sides_[static_cast<int>(side)];
    T* numbers = matrix.numbers.data() + panel * points_ * kColumns;
    std::vector<std::array<double, kThresholds>> lost(kColumns, std::array<double, kThresholds>{});
    const std::size_t columns = std::min<std::size_t>(kColumns, points_ - panel * kColumns);
    const std::size_t out_stride = side == Side::kLying ? points_ : 1, in_stride = side == Side::kLying ? 1 : points_;
    for (std::size_t block = 0; block < blocks_; ++block) {
      double mass[kColumns] = {}, largest = 0;
      for (std::size_t c = 0; c < columns; ++c) {
        const double* cost = cost_ + (panel * kColumns + c) * out_stride + block * kBlock * in_stride;
        const std::size_t count = std::min(kBlock, points_ - block * kBlock);
        double entries[kBlock];
        for (std::size_t p = 0; p < kBlock; ++p) entries[p] = p < count ? -cost[p * in_stride] / epsilon_ : 0;
        for (std::size_t p = 0; p < count; ++p) {
          const double entry = std::exp(std::max(entries[p], Traits<double>::kLeastExponent));
          const bool is_held = entries[p] >= Traits<T>::kLeastExponent;
          numbers[(block * kBlock + p) * kColumns + c] = is_held ? static_cast<T>(entry) : T(0);
          if (is_held) {
            mass[c] += entry;
            largest = std::max(largest, entry);
          } else {
            for (double& sum : lost[c]) sum += entry;
          }
        }
      }
      matrix.largest[panel * blocks_ + block] = static_cast<T>(largest);
      for (int l = 0; l < kThresholds && largest <= threshold(l); ++l) {
        for (std::size_t c = 0; c < columns; ++c) lost[c][l] += mass[c];
      }
    }
    for (int l = 0; l < kThresholds; ++l) {
      double& most = matrix.left_out[panel][l];
      for (std::size_t c = 0; c < columns; ++c) most = std::max(most, lost[c][l]);
    }
  }
  // Blocks are kept whose largest entry lies above it; the last is 0.
  static double threshold(int l) { return l + 1 == kThresholds ? 0 : std::exp(-kStep * (l + 1)); }

  // The thresholds that are worth a level, the last one included.
  void choose_levels() {
    const auto kept = [&](int l) {
      std::size_t count = 0;
      for (const Matrix& side : sides_) {
        count += std::count_if(side.largest.begin(), side.largest.end(), [&](T largest) { return largest > threshold(l); });
      }
      return static_cast<double>(count);
    };
    std::vector<int> chosen{kThresholds - 1};
    double least = kept(kThresholds - 1);
    for (int l = kThresholds - 2; l >= 0; --l) {
      const double count = kept(l);
      if (count > (1 - kWorthwhile) * least) continue;
      chosen.push_back(l);
      least = count;
    }
    std::reverse(chosen.begin(), chosen.end());
    for (const int l : chosen) {
      double most = 0;
      for (const Matrix& side : sides_) {
        for (const std::vector<double>& panel : side.left_out) most = std::max(most, panel[l]);
      }
      this->left_out_.push_back(most);
    }
    for (Matrix& side : sides_) {
      for (std::size_t i = 0; i < side.largest.size(); ++i) {
        std::size_t level = 0;
        while (level < chosen.size() && !(side.largest[i] > threshold(chosen[level]))) ++level;
        side.level[i] = static_cast<std::uint8_t>(level);
      }
      side.largest = {};
      side.left_out = {};
    }
  }

  const double* cost_;  // [N, N], while the panels are made
  const double epsilon_;
  const std::size_t points_, panels_, blocks_;
  const StripLayout layout_;
  std::vector<Matrix> sides_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
