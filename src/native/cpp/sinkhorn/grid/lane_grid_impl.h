// Images of several histograms, one a lane: [points][kLanes]. The interface is
// StripGrid's; here a strip is the same line of each histogram, so nothing is transposed and nothing is padding: lanes without
// a histogram repeat the last one.
#if defined(OTLEARN_SINKHORN_GRID_LANE_GRID_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_GRID_LANE_GRID_IMPL_H
#undef OTLEARN_SINKHORN_GRID_LANE_GRID_IMPL_H
#else
#define OTLEARN_SINKHORN_GRID_LANE_GRID_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "isa/set.h"
#include "sinkhorn/grid/blur_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
class LaneGrid {
 public:
  static constexpr int kLanes = Traits<T>::kLanes;

  struct Strip {
    std::size_t base;
    int lanes;
  };
  struct Axis {
    int length;
    std::size_t stride;
    std::vector<Strip> strips;
    std::size_t numbers() const { return strips.size() * length * kLanes; }
  };

  explicit LaneGrid(const std::vector<int>& size) {
    for (const int extent : size) points_ *= extent;
    std::size_t outer = 1, inner = points_;
    for (const int extent : size) {
      inner /= extent;
      Axis axis{extent, inner * kLanes, {}};
      for (std::size_t o = 0; o < outer; ++o) {
        for (std::size_t i = 0; i < inner; ++i) axis.strips.push_back({(o * extent * inner + i) * kLanes, kLanes});
      }
      axes_.push_back(std::move(axis));
      outer *= extent;
    }
  }

  const std::vector<Axis>& axes() const { return axes_; }
  std::size_t numbers() const { return points_ * kLanes; }
  std::size_t points() const { return points_; }

  template <typename Source>
  void to_image(const Source* plain, int count, T* image) const {
    for (int lane = 0; lane < kLanes; ++lane) {
      const Source* from = plain + std::min(lane, count - 1) * points_;
      for (std::size_t i = 0; i < points_; ++i) image[i * kLanes + lane] = static_cast<T>(from[i]);
    }
  }
  template <typename Target>
  void from_image(const T* image, int count, Target* plain) const {
    for (int lane = 0; lane < count; ++lane) {
      for (std::size_t i = 0; i < points_; ++i) *plain++ = static_cast<Target>(image[i * kLanes + lane]);
    }
  }

  // Sums of lanes to those of the histograms.
  static void add_to_pairs(const Vector<T>& sums, int count, double* out) {
    for (int lane = 0; lane < count; ++lane) out[lane] += sums[lane];
  }

  // A number of each pair in its lane.
  static Vector<T> of_pairs(const double* numbers, int count) {
    Vector<T> value;
    for (int lane = 0; lane < kLanes; ++lane) value[lane] = static_cast<T>(numbers[std::min(lane, count - 1)]);
    return value;
  }

  static bool lies_in_image(const Axis&) { return true; }

  static Vector<T> load_strip(const T* image, const Axis& axis, const Strip& strip, T* lines) {
    return copy_line(image + strip.base, axis.stride, axis.length, lines);
  }
  static void store_strip(const T* lines, const Axis& axis, const Strip& strip, T* image) {
    T* to = image + strip.base;
    for (int p = 0; p < axis.length; ++p) store<T>(to + p * axis.stride, load<T>(lines + p * kLanes));
  }

 private:
  std::size_t points_ = 1;
  std::vector<Axis> axes_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
