// K x on a grid, K a product of one kernel exp(-d^2 / epsilon) an axis.
//
// Registers lie along the axis that is not summed over, so that all loads are aligned and neighbours in the sum are
// neighbouring registers: an image is stored as strips one register wide, rows of a strip one after the other. A product
// takes an image in strips of columns, sums down the rows of a strip, transposes tiles of L x L numbers in registers, sums
// along the other axis, and hands over an image in strips of rows; the next product goes the other way. `Upright` images
// (strips of columns) and `Lying` ones (strips of rows) alternate, and nothing is ever transposed in memory.
//
// The input is asked for register by register and the result is given away register by register: what lies between two
// products happens on the fly. A volume is one image a plane; what the planes' products leave is then summed over the depth.
#if defined(OTLEARN_BARYCENTER_GRID_KERNEL_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_GRID_KERNEL_IMPL_H
#undef OTLEARN_BARYCENTER_GRID_KERNEL_IMPL_H
#else
#define OTLEARN_BARYCENTER_GRID_KERNEL_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/correlate_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "base/aligned_array.h"
#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// One axis: its taps, and what is left out from a radius on.
template <typename T>
struct Axis {
  explicit Axis(const GridAxis& axis)
      : reach(axis.radius), taps(coded_radius<T>(reach) + 1, T(0)), outside(axis.known + 2, 0.0) {
    for (int d = 0; d <= reach; ++d) taps[d] = static_cast<T>(axis.taps[d]);
    for (int d = axis.known; d >= 0; --d) outside[d] = outside[d + 1] + (d > 0 ? 2 : 1) * axis.taps[d];
  }
  double all() const { return outside[0]; }
  double beyond(int radius) const { return outside[std::min(radius, reach) + 1]; }
  double next(int radius) const { return radius < reach ? static_cast<double>(taps[radius + 1]) : 0; }

  int reach;  // entries beyond it are not used
  std::vector<T> taps;
  std::vector<double> outside;  // sum of all entries at a distance of at least d, both sides
};

// Buffers of one worker.
template <typename T>
struct GridScratch {
  AlignedArray<T> strip, upright, lying;
  AlignedArray<T> volume;  // empty for one plane
};

template <typename T>
class GridKernel : public LevelledKernel<T> {
  static constexpr int kLanes = Traits<T>::kLanes;
  using V = Vector<T>;

 public:
  explicit GridKernel(const BarycenterProblem& p)
      : upright_{p.depth.size, p.down.size, p.across.size, kLanes, false},
        lying_{p.depth.size, p.across.size, p.down.size, kLanes, true},
        through_(p.depth),
        down_(p.down),
        across_(p.across),
        reach_(coded_radius<T>(std::max({p.depth.radius, p.down.radius, p.across.radius}))) {
    make_levels();
  }

  const StripLayout& upright() const { return upright_; }
  const StripLayout& lying() const { return lying_; }
  std::size_t size() const { return std::max(upright_.size(), lying_.size()); }

  GridScratch<T> make_scratch() const {
    const auto rows = [&](int count) {
      return static_cast<std::size_t>((count + kLanes - 1) / kLanes * kLanes + 2 * reach_) * kLanes;
    };
    GridScratch<T> scratch;
    scratch.strip = AlignedArray<T>(rows(std::max({upright_.rows, lying_.rows, upright_.planes})));
    scratch.upright = AlignedArray<T>(rows(upright_.rows) * upright_.strips());
    scratch.lying = AlignedArray<T>(rows(lying_.rows) * lying_.strips());
    if (upright_.planes > 1) scratch.volume = AlignedArray<T>(upright_.planes * volume_plane());
    return scratch;
  }

  // Upright x to lying K x, and the other way. `produce(i, sum)` gives the register of x at i; `consume(i, values, sum)`
  // takes the register of K x at i, padding lanes set to `outside`. What they add to their sums is added up in the outcome.
  // They should capture pointers by value: then all that they need stays in registers.
  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> to_lying(int level, T outside, GridScratch<T>& scratch, Produce produce, Consume consume) const {
    const Radii& r = radii_[level];
    return apply<kMeasure>({upright_, lying_, down_.taps.data(), across_.taps.data(), r.down, r.across, r.through}, scratch,
                           scratch.lying.data(), outside, produce, consume);
  }
  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> to_upright(int level, T outside, GridScratch<T>& scratch, Produce produce, Consume consume) const {
    const Radii& r = radii_[level];
    return apply<kMeasure>({lying_, upright_, across_.taps.data(), down_.taps.data(), r.across, r.down, r.through}, scratch,
                           scratch.upright.data(), outside, produce, consume);
  }

 private:
  struct Radii {
    int through, down, across;
  };
  struct Way {
    StripLayout in, out;
    const T *first_taps, *second_taps;
    int first, second, depth;  // radii
  };

  // From the centre alone to the whole band; each level takes in the largest entry that the one before leaves out.
  void make_levels() {
    Radii r{0, 0, 0};
    const auto lengthen = [](int& radius, double next, double largest) {
      if (next == largest) radius = coded_radius<T>(radius + 1);
    };
    for (;;) {
      radii_.push_back(r);
      const double plane = down_.beyond(r.down) * across_.all() + down_.all() * across_.beyond(r.across);
      this->left_out_.push_back(plane * through_.all() + down_.all() * across_.all() * through_.beyond(r.through));
      const double through = through_.next(r.through), down = down_.next(r.down), across = across_.next(r.across);
      const double largest = std::max({through, down, across});
      if (largest == 0) break;
      lengthen(r.through, through, largest);
      lengthen(r.down, down, largest);
      lengthen(r.across, across, largest);
    }
  }

  // The lanes of a strip that are no padding.
  static V inside_of(const StripLayout& layout) {
    V inside;
    for (int lane = 0; lane < kLanes; ++lane) inside[lane] = lane < layout.columns - (layout.strips() - 1) * kLanes ? T(1) : T(0);
    return inside;
  }

  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> apply(const Way& way, GridScratch<T>& scratch, T* middle, T outside, Produce produce, Consume consume) const {
    T* strip = scratch.strip.data();
    if (way.in.planes == 1) return apply_plane<kMeasure>(way, strip, middle, outside, produce, consume);

    const std::size_t stride = volume_plane();
    T* volume = scratch.volume.data();
    Outcome<T> outcome = fill_volume<kMeasure>(way.in, volume, produce);
    for (T *plane = volume, *end = volume + way.in.planes * stride; plane < end; plane += stride) {
      apply_plane<false>(
          way, strip, middle, T(0), [=](std::size_t i, V&) { return load<T>(plane + i); },
          [=](std::size_t i, const V& value, V&) { store<T>(plane + i, value); });
    }
    sum_through<kMeasure>(way.out, volume, way.depth, strip, outside, outcome, consume);
    return outcome;
  }

  template <bool kMeasure, typename Produce>
  Outcome<T> fill_volume(const StripLayout& in, T* volume, Produce produce) const {
    Outcome<T> outcome{};
    V largest = {};
    const V inside = inside_of(in);
    std::size_t from = 0;
    for (int z = 0; z < in.planes; ++z, volume += volume_plane()) {
      T* to = volume;
      for (int x = 0; x < in.strips(); ++x) {
        V sum = {};
        for (int y = 0; y < in.rows; ++y, from += kLanes, to += kLanes) {
          V value = produce(from, sum);
          if (x + 1 == in.strips()) value = inside > T(0) ? value : V{};
          if (kMeasure) largest = most<T>(largest, value);
          store<T>(to, value);
        }
        outcome.produced += sum_lanes<T>(sum);
      }
    }
    outcome.largest = largest_lane<T>(largest);
    return outcome;
  }

  // Each place of a plane is a line through the planes, which is copied to `line` to be correlated there.
  template <bool kMeasure, typename Consume>
  void sum_through(const StripLayout& out, const T* volume, int radius, T* line, T outside, Outcome<T>& outcome,
                   const Consume& consume) const {
    void (*correlate)(const T*, const T*, int, T*) = nullptr;
    with_radius(radius, ShortRadii<T>(), [&](auto coded) { correlate = correlate_group<T, decltype(coded)::value>; });
    const std::size_t stride = volume_plane(), last_strip = out.plane() - static_cast<std::size_t>(out.rows) * kLanes;
    const V inside = inside_of(out), limit = broadcast<T>(std::numeric_limits<T>::max());
    V smallest = limit;
    line += static_cast<std::size_t>(reach_) * kLanes;
    std::fill(line + out.planes * kLanes, line + ((out.planes + kGroup<T> - 1) / kGroup<T> * kGroup<T> + radius) * kLanes, T(0));
    for (std::size_t i = 0; i < out.plane(); i += kLanes) {
      for (int z = 0; z < out.planes; ++z) store<T>(line + z * kLanes, load<T>(volume + z * stride + i));
      const auto is_there = i < last_strip ? V{} == V{} : inside > T(0);
      V sum = {};
      alignas(64) T group[kGroup<T> * kLanes];
      for (int z = 0; z < out.planes; ++z) {
        const int place = z % kGroup<T>;
        if (place == 0) correlate(line + z * kLanes, through_.taps.data(), radius, group);
        const V value = load<T>(group + place * kLanes);
        if (kMeasure) smallest = least<T>(smallest, is_there ? value : limit);
        consume(z * out.plane() + i, is_there ? value : broadcast<T>(outside), sum);
      }
      outcome.consumed += sum_lanes<T>(sum);
    }
    outcome.smallest = -largest_lane<T>(-smallest);
  }

  // Planes of a volume do not share cache sets.
  std::size_t volume_plane() const { return std::max(upright_.plane(), lying_.plane()) + 5 * kLanes; }

  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> apply_plane(const Way& way, T* strip, T* middle, T outside, Produce produce, Consume consume) const {
    const StripLayout in = way.in, out = way.out;
    void (*first)(const T*, const T*, int, T*, int) = nullptr;
    with_radius(way.first, ShortRadii<T>(), [&](auto radius) { first = correlate_transposed<T, decltype(radius)::value>; });
    const std::size_t margin = static_cast<std::size_t>(reach_) * kLanes;
    const int in_tiles = (in.rows + kLanes - 1) / kLanes, out_tiles = (out.rows + kLanes - 1) / kLanes;
    const std::size_t middle_strip = static_cast<std::size_t>(out_tiles) * kLanes * kLanes + 2 * margin;
    strip += margin;
    middle += margin;
    std::fill(strip + static_cast<std::size_t>(in.rows) * kLanes, strip + static_cast<std::size_t>(in_tiles) * kLanes * kLanes + margin, T(0));

    Outcome<T> outcome{};
    V largest = {};
    const V in_inside = inside_of(in), out_inside = inside_of(out);
    const auto fill_strip = [&](int x, auto is_partial) {
      V sum = {};
      std::size_t i = static_cast<std::size_t>(x) * in.rows * kLanes;
      for (T *to = strip, *end = strip + static_cast<std::size_t>(in.rows) * kLanes; to < end; to += kLanes, i += kLanes) {
        V value = produce(i, sum);
        if (is_partial) value = in_inside > T(0) ? value : V{};
        if (kMeasure) largest = most<T>(largest, value);
        store<T>(to, value);
      }
      outcome.produced += sum_lanes<T>(sum);
    };
    for (int x = 0; x < in.strips(); ++x) {
      const int columns = std::min(kLanes, in.columns - x * kLanes);
      if (columns < kLanes) fill_strip(x, std::true_type());
      else fill_strip(x, std::false_type());
      for (int y = 0; y < in_tiles; ++y) {
        first(strip + static_cast<std::size_t>(y) * kLanes * kLanes, way.first_taps, way.first,
              middle + y * middle_strip + static_cast<std::size_t>(x) * kLanes * kLanes, columns);
      }
    }
    outcome.largest = largest_lane<T>(largest);
    with_radius(way.second, ShortRadii<T>(), [=, &outcome](auto radius) {
      V smallest = broadcast<T>(std::numeric_limits<T>::max());
      const auto consume_strip = [&](int x, auto is_partial) {  // what its loop uses is its own: captured, it would be in memory
        const Consume take = consume;
        const Correlate<T, decltype(radius)::value> correlate(way.second_taps, way.second);
        const int rows = out.rows;
        V sum = {}, strip_smallest = smallest;
        std::size_t i = static_cast<std::size_t>(x) * out.rows * kLanes;
        const auto consume_one = [&](V value) __attribute__((always_inline)) {
          if (kMeasure) {
            const V limit = broadcast<T>(std::numeric_limits<T>::max());
            strip_smallest = least<T>(strip_smallest, is_partial ? V(out_inside > T(0) ? value : limit) : value);
          }
          if (is_partial) value = out_inside > T(0) ? value : broadcast<T>(outside);
          take(i, value, sum);
          i += kLanes;
        };
        const T* from = middle + x * middle_strip;
        int row = 0;
        for (; row + kGroup<T> <= rows; row += kGroup<T>, from += kGroup<T> * kLanes) {
          V values[kGroup<T>];
          correlate(from, values);
#pragma GCC unroll 4
          for (int j = 0; j < kGroup<T>; ++j) consume_one(values[j]);
        }
        if (row < rows) {
          V values[kGroup<T>];
          correlate(from, values);
#pragma GCC unroll 4
          for (int j = 0; j < kGroup<T>; ++j) {
            if (row + j < rows) consume_one(values[j]);
          }
        }
        smallest = strip_smallest;
        outcome.consumed += sum_lanes<T>(sum);
      };
      for (int x = 0; x + 1 < out.strips(); ++x) consume_strip(x, std::false_type());
      if (out.columns % kLanes == 0) consume_strip(out.strips() - 1, std::false_type());
      else consume_strip(out.strips() - 1, std::true_type());
      outcome.smallest = -largest_lane<T>(-smallest);
    });
    return outcome;
  }

  StripLayout upright_, lying_;
  Axis<T> through_, down_, across_;
  int reach_;
  std::vector<Radii> radii_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
