// K x on one plane of a grid (grid_kernel_impl.h): the sums down the rows of each strip, whose tiles are transposed, and then
// the sums along the other axis.
#if defined(OTLEARN_BARYCENTER_PLANE_PRODUCT_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_PLANE_PRODUCT_IMPL_H
#undef OTLEARN_BARYCENTER_PLANE_PRODUCT_IMPL_H
#else
#define OTLEARN_BARYCENTER_PLANE_PRODUCT_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "barycenter/correlate_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// From images of one kind to those of the other, with the taps and radii of the two axes.
template <typename T>
struct PlaneWay {
  StripLayout in, out;
  const T *first_taps, *second_taps;
  int first, second;  // radii
};

// The registers of a strip as `produce` gives them, one behind the other. In the last strip of an image lanes may be padding.
template <typename T, bool kMeasure, bool kPartial, typename Produce>
void fill_strip(const StripLayout& in, int x, const Produce& produce, T* to, Vector<T>& largest, Outcome<T>& outcome) {
  using V = Vector<T>;
  constexpr int kLanes = Traits<T>::kLanes;
  const Produce give = produce;  // a copy of its own stays in registers
  const V inside = inside_of<T>(in);
  V sum = {}, most_here = largest;
  std::size_t i = static_cast<std::size_t>(x) * in.rows * kLanes;
  for (T* const end = to + static_cast<std::size_t>(in.rows) * kLanes; to < end; to += kLanes, i += kLanes) {
    V value = give(i, sum);
    if (kPartial) value = inside > T(0) ? value : V{};
    if (kMeasure) most_here = most<T>(most_here, value);
    store<T>(to, value);
  }
  largest = most_here;
  outcome.produced += sum_lanes<T>(sum);
}

// Gives the registers of a strip of K x to `consume`. It owns what it needs, too.
template <typename T, bool kMeasure, bool kPartial, typename Consume>
struct StripTaker {
  using V = Vector<T>;
  Consume consume;
  T outside;
  V inside, smallest;
  std::size_t i;
  V sum = {};

  __attribute__((always_inline)) void operator()(V value) {
    if (kMeasure) {
      const V limit = broadcast<T>(std::numeric_limits<T>::max());
      smallest = least<T>(smallest, kPartial ? V(inside > T(0) ? value : limit) : value);
    }
    if (kPartial) value = inside > T(0) ? value : broadcast<T>(outside);
    consume(i, value, sum);
    i += Traits<T>::kLanes;
  }
};

// The sums along a strip of the result, from the strip `from` of what the first pass left.
template <typename T, int kRadius, bool kMeasure, bool kPartial, typename Consume>
__attribute__((flatten)) void sum_strip(const PlaneWay<T>& way, int x, const T* from, T outside, const Consume& consume,
                                        Vector<T>& smallest, Outcome<T>& outcome) {
  constexpr int kLanes = Traits<T>::kLanes;
  const Correlate<T, kRadius> correlate(way.second_taps, way.second);
  const int rows = way.out.rows;
  StripTaker<T, kMeasure, kPartial, Consume> take{consume, outside, inside_of<T>(way.out), smallest,
                                                  static_cast<std::size_t>(x) * rows * kLanes};
  int row = 0;
  for (; row + kGroup<T> <= rows; row += kGroup<T>, from += kGroup<T> * kLanes) {
    Vector<T> values[kGroup<T>];
    correlate(from, values);
    OTLEARN_UNROLL(4)
    for (int j = 0; j < kGroup<T>; ++j) take(values[j]);
  }
  if (row < rows) {
    Vector<T> values[kGroup<T>];
    correlate(from, values);
    OTLEARN_UNROLL(4)
    for (int j = 0; j < kGroup<T>; ++j) {
      if (row + j < rows) take(values[j]);
    }
  }
  smallest = take.smallest;
  outcome.consumed += sum_lanes<T>(take.sum);
}

// The first pass: tiles of the strips of `in`, correlated and transposed, make the strips of `out` in `middle`, which are
// `middle_strip` numbers apart. `strip` holds one strip of the input with `margin` numbers before and behind.
template <typename T, bool kMeasure, typename Produce>
void first_pass(const PlaneWay<T>& way, std::size_t margin, T* strip, T* middle, std::size_t middle_strip,
                const Produce& produce, Outcome<T>& outcome) {
  constexpr int kLanes = Traits<T>::kLanes;
  const StripLayout& in = way.in;
  const int tiles = in.row_tiles();
  const auto correlate = transposing_correlation<T>(way.first);
  std::fill(strip + static_cast<std::size_t>(in.rows) * kLanes,
            strip + static_cast<std::size_t>(tiles) * kLanes * kLanes + margin, T(0));
  Vector<T> largest = {};
  for (int x = 0; x < in.strips(); ++x) {
    const int columns = std::min(kLanes, in.columns - x * kLanes);
    if (columns < kLanes) fill_strip<T, kMeasure, true>(in, x, produce, strip, largest, outcome);
    else fill_strip<T, kMeasure, false>(in, x, produce, strip, largest, outcome);
    for (int y = 0; y < tiles; ++y) {
      correlate(strip + static_cast<std::size_t>(y) * kLanes * kLanes, way.first_taps, way.first,
                middle + y * middle_strip + static_cast<std::size_t>(x) * kLanes * kLanes, columns);
    }
  }
  outcome.largest = largest_lane<T>(largest);
}

template <typename T, int kRadius, bool kMeasure, typename Consume>
void second_pass(const PlaneWay<T>& way, const T* middle, std::size_t middle_strip, T outside, const Consume& consume,
                 Outcome<T>& outcome) {
  const StripLayout& out = way.out;
  const int whole = out.columns / Traits<T>::kLanes;
  Vector<T> smallest = broadcast<T>(std::numeric_limits<T>::max());
  for (int x = 0; x < whole; ++x) {
    sum_strip<T, kRadius, kMeasure, false>(way, x, middle + x * middle_strip, outside, consume, smallest, outcome);
  }
  if (whole < out.strips()) {
    sum_strip<T, kRadius, kMeasure, true>(way, whole, middle + whole * middle_strip, outside, consume, smallest, outcome);
  }
  outcome.smallest = -largest_lane<T>(-smallest);
}

// K x of a plane, with `reach` registers before and behind what `strip` and each strip of `middle` hold.
template <typename T, bool kMeasure, typename Produce, typename Consume>
Outcome<T> plane_product(const PlaneWay<T>& way, int reach, T* strip, T* middle, T outside, const Produce& produce,
                         const Consume& consume) {
  constexpr int kLanes = Traits<T>::kLanes;
  const std::size_t margin = static_cast<std::size_t>(reach) * kLanes;
  const std::size_t middle_strip = static_cast<std::size_t>(way.out.row_tiles()) * kLanes * kLanes + 2 * margin;
  Outcome<T> outcome{};
  first_pass<T, kMeasure>(way, margin, strip + margin, middle + margin, middle_strip, produce, outcome);
  with_radius(way.second, ShortRadii<T>(), [&](auto radius) {
    second_pass<T, decltype(radius)::value, kMeasure>(way, middle + margin, middle_strip, outside, consume, outcome);
  });
  return outcome;
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
