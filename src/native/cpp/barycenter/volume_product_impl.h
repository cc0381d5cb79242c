// K x on a grid of several planes (grid_kernel_impl.h): the product of each plane, and then the sums through the planes.
#if defined(OTLEARN_BARYCENTER_VOLUME_PRODUCT_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_VOLUME_PRODUCT_IMPL_H
#undef OTLEARN_BARYCENTER_VOLUME_PRODUCT_IMPL_H
#else
#define OTLEARN_BARYCENTER_VOLUME_PRODUCT_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <limits>

#include "barycenter/correlate_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/operands_impl.h"
#include "barycenter/plane_product_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// The planes of the input as `produce` gives them, `stride` numbers apart.
template <typename T, bool kMeasure, typename Produce>
Outcome<T> fill_volume(const StripLayout& in, const Produce& produce, T* volume, std::size_t stride) {
  using V = Vector<T>;
  constexpr int kLanes = Traits<T>::kLanes;
  Outcome<T> outcome{};
  V largest = {};
  const Produce give = produce;
  const V inside = inside_of<T>(in);
  std::size_t from = 0;
  for (int z = 0; z < in.planes; ++z, volume += stride) {
    T* to = volume;
    for (int x = 0; x < in.strips(); ++x) {
      V sum = {};
      for (int y = 0; y < in.rows; ++y, from += kLanes, to += kLanes) {
        V value = give(from, sum);
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

// A line through the planes is copied to `line`, with room for `reach` registers before and behind, and correlated there.
template <typename T, bool kMeasure, typename Consume>
void sum_through(const StripLayout& out, const T* volume, std::size_t stride, const T* taps, int radius, int reach, T* line,
                 T outside, const Consume& consume, Outcome<T>& outcome) {
  using V = Vector<T>;
  constexpr int kLanes = Traits<T>::kLanes;
  const auto correlate = group_correlation<T>(radius);
  const std::size_t last_strip = out.plane() - static_cast<std::size_t>(out.rows) * kLanes;
  const V inside = inside_of<T>(out), limit = broadcast<T>(std::numeric_limits<T>::max());
  V smallest = limit;
  const Consume take = consume;
  line += static_cast<std::size_t>(reach) * kLanes;
  std::fill(line + out.planes * kLanes, line + ((out.planes + kGroup<T> - 1) / kGroup<T> * kGroup<T> + radius) * kLanes, T(0));
  for (std::size_t i = 0; i < out.plane(); i += kLanes) {
    for (int z = 0; z < out.planes; ++z) store<T>(line + z * kLanes, load<T>(volume + z * stride + i));
    const auto is_there = i < last_strip ? V{} == V{} : inside > T(0);
    V sum = {};
    alignas(64) T group[kGroup<T> * kLanes];
    for (int z = 0; z < out.planes; ++z) {
      const int place = z % kGroup<T>;
      if (place == 0) correlate(line + z * kLanes, taps, radius, group);
      const V value = load<T>(group + place * kLanes);
      if (kMeasure) smallest = least<T>(smallest, is_there ? value : limit);
      take(z * out.plane() + i, is_there ? value : broadcast<T>(outside), sum);
    }
    outcome.consumed += sum_lanes<T>(sum);
  }
  outcome.smallest = -largest_lane<T>(-smallest);
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
