// How far the convolutions of blur_impl.h reach.
#if defined(OTLEARN_SINKHORN_GRID_REACH_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_GRID_REACH_IMPL_H
#undef OTLEARN_SINKHORN_GRID_REACH_IMPL_H
#else
#define OTLEARN_SINKHORN_GRID_REACH_IMPL_H
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// When the rest of a sum may be left out: taps[d] * rest <= most(sum, floor) in all lanes, with `rest` the sum of a line
// over what may be lost of a result, relatively, and `floor` what a sum needs no digits below.
template <typename T>
struct Negligible {
  Vector<T> rest, floor;
};

// The blurs of all lines along an axis go to the same distance, so that the processor need not guess where each ends. Where
// the rest is not negligible there, a tile goes on by itself. How often that was so sets the distance for the next time.
template <typename T>
class Reach {
 public:
  Reach(int first, int longest) : first_(first), longest_(longest) { forget(); }
  void forget() {
    reach_ = first_;
    begin();
  }
  int reach() const { return reach_; }
  int longest() const { return longest_; }

  // `excess` is above 0 where a distance less would not have done.
  void add(int tiles, const Vector<T>& excess) {
    tiles_ += tiles;
    store<T>(excess_, most<T>(load<T>(excess_), excess));
  }
  void add_longer() { ++longer_; }
  // To be called before each pass.
  void next() {
    constexpr int kFew = 8;  // going on costs a tile about as much as a distance more costs this many
    if (longer_ * kFew > tiles_) reach_ = std::min(reach_ + 1, longest_);
    else if (tiles_ > 0 && largest_lane<T>(load<T>(excess_)) <= 0) reach_ = std::max(reach_ - 1, 0);
    begin();
  }

 private:
  void begin() {
    tiles_ = longer_ = 0;
    store<T>(excess_, Vector<T>{});
  }

  int first_, longest_, reach_;
  std::ptrdiff_t tiles_, longer_;
  T excess_[Traits<T>::kLanes];  // not a register, which containers do not align
};

// The reaches along the axes of a grid, for the blurs before and after an update.
template <typename T>
class Reaches {
 public:
  void add_axis(int first, int longest) { axes_.push_back({Reach<T>(first, longest), Reach<T>(first, longest)}); }
  void forget() {
    for (auto& axis : axes_) {
      for (Reach<T>& reach : axis) reach.forget();
    }
  }
  // For a strip of lines; the first begins a pass.
  Reach<T>& of(int k, std::size_t strip, bool scaled) {
    Reach<T>& reach = axes_[k][scaled];
    if (strip == 0) reach.next();
    return reach;
  }

 private:
  std::vector<std::array<Reach<T>, 2>> axes_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
