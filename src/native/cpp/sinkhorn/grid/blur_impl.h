// Symmetric convolutions of parallel lines, one line a lane, that reach no farther than matters.
//
// Neighbours at the same distance are added before they are multiplied: half the multiplications, no cancellation, and
// additions run on pipes of their own.
#if defined(OTLEARN_SINKHORN_GRID_BLUR_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_GRID_BLUR_IMPL_H
#undef OTLEARN_SINKHORN_GRID_BLUR_IMPL_H
#else
#define OTLEARN_SINKHORN_GRID_BLUR_IMPL_H
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Outputs of a tile: their sums and the two windows of neighbours just fit the register file (32 registers of 64 bytes, 16 of
// the others).
constexpr int kLineTile = OTLEARN_VECTOR_BYTES == 64 ? 7 : 4;

// Registers of a buffer for a line with zeros before and behind, as many as the line has numbers. A tile may be longer.
constexpr std::size_t line_registers(int length) { return static_cast<std::size_t>(3 * length + kLineTile); }

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

// Where a line of registers goes: neighbours are `stride` numbers apart.
template <typename T>
struct LineTarget {
  T* to;
  std::size_t stride;
  T* at(int p) const { return to + static_cast<std::size_t>(p) * stride; }
};

constexpr int kAnyReach = -1;

// sum[i] = taps[0] x[i] + sum_d taps[d] (x[i - d] + x[i + d]), d up to `reach`, for the outputs of one tile; x[i] is the register
// at centre + i * kLanes. Both windows of neighbours stay in registers and move by one from one distance to the next: one new
// register each. A position p stays in slot p mod kLineTile of its window, so that nothing is moved.
template <typename T, int kReach, int... kStep>
void sum_near(const T* centre, const T* taps, int reach, Vector<T>* sum, std::integer_sequence<int, kStep...>) {
  constexpr int kLanes = Traits<T>::kLanes, kTile = kLineTile;
  Vector<T> below[kTile], above[kTile];
  const Vector<T> middle = broadcast<T>(taps[0]);
  OTLEARN_UNROLL(8)
  for (int i = 0; i < kTile; ++i) {
    below[i] = above[i] = load<T>(centre + i * kLanes);
    sum[i] = middle * below[i];
  }
  int d = 0;
  [[maybe_unused]] const auto step = [&](auto number) {
    constexpr int kTurn = decltype(number)::value % kTile + 1;  // d modulo kTile, 1 to kTile
    if (++d > reach) return false;
    below[(kTile - kTurn) % kTile] = load<T>(centre - d * kLanes);
    above[(kTile - 1 + kTurn) % kTile] = load<T>(centre + (kTile - 1 + d) * kLanes);
    const Vector<T> tap = broadcast<T>(taps[d]);
    OTLEARN_UNROLL(8)
    for (int i = 0; i < kTile; ++i) sum[i] += tap * (below[(i - kTurn + kTile) % kTile] + above[(i + kTurn) % kTile]);
    return true;
  };
  while ((step(std::integral_constant<int, kStep>()) && ...) && kReach == kAnyReach) {
  }
}

// Blurs that went up to `reach` go on to where the rest is negligible, tile by tile.
template <typename T>
__attribute__((noinline)) void sum_on(const T* in, int length, const T* taps, const Negligible<T>& negligible, Reach<T>& reaches,
                                        const LineTarget<T>& out) {
  constexpr int kLanes = Traits<T>::kLanes;
  for (int begin = 0; begin < length; begin += kLineTile) {
    const int end = std::min(begin + kLineTile, length), farthest = std::min(reaches.longest(), std::max(end - 1, length - 1 - begin));
    const auto is_done = [&](int d) {
      Vector<T> smallest = load<T>(out.at(begin));
      for (int p = begin + 1; p < end; ++p) smallest = least<T>(smallest, load<T>(out.at(p)));
      return d > farthest || all_lanes<T>(taps[d] * negligible.rest <= most<T>(smallest, negligible.floor));
    };
    int d = reaches.reach() + 1;
    if (is_done(d)) continue;
    reaches.add_longer();
    do {
      const Vector<T> tap = broadcast<T>(taps[d]);
      for (int p = begin; p < end; ++p) {
        const Vector<T> both = load<T>(in + (p - d) * kLanes) + load<T>(in + (p + d) * kLanes);
        store<T>(out.at(p), load<T>(out.at(p)) + tap * both);
      }
    } while (!is_done(++d));
  }
}

// Lines of `length` positions, `kLanes` of them side by side, with zeros around (line_registers); `in` is position 0.
template <typename T, int kReach>
void blur_tiles(const T* in, int length, const T* taps, const Negligible<T>& negligible, Reach<T>& reaches, const LineTarget<T>& out) {
  constexpr int kLanes = Traits<T>::kLanes;
  const int reach = kReach == kAnyReach ? reaches.reach() : kReach;
  constexpr auto steps = std::make_integer_sequence<int, kReach == kAnyReach ? kLineTile : kReach>();
  Vector<T> smallest = broadcast<T>(std::numeric_limits<T>::max());
  alignas(64) T short_line[kLineTile * kLanes];
  const LineTarget<T> target = length < kLineTile ? LineTarget<T>{short_line, kLanes} : out;
  for (int p = 0;;) {
    Vector<T> sum[kLineTile];
    sum_near<T, kReach>(in + p * kLanes, taps, reach, sum, steps);
    OTLEARN_UNROLL(8)
    for (int i = 0; i < kLineTile; ++i) {
      smallest = least<T>(smallest, sum[i]);
      store<T>(target.at(p + i), sum[i]);
    }
    if (p + kLineTile >= length) break;
    p = std::min(p + kLineTile, length - kLineTile);  // the last tile does some positions a second time
  }
  for (int p = 0; length < kLineTile && p < length; ++p) store<T>(out.at(p), load<T>(short_line + p * kLanes));
  const Vector<T> digits = most<T>(smallest, negligible.floor);
  reaches.add((length + kLineTile - 1) / kLineTile, taps[reach] * negligible.rest - digits);
  const bool is_done = reach == reaches.longest() || all_lanes<T>(taps[reach + 1] * negligible.rest <= digits);
  if (!is_done) sum_on<T>(in, length, taps, negligible, reaches, out);
}

// There is code for each of these distances.
constexpr int kMostReach = 16;
template <typename T>
using BlurTiles = void (*)(const T*, int, const T*, const Negligible<T>&, Reach<T>&, const LineTarget<T>&);
template <typename T, int... kReach>
inline BlurTiles<T> blur_for(int reach, std::integer_sequence<int, kReach...>) {
  static constexpr BlurTiles<T> kCoded[] = {blur_tiles<T, kReach>...};
  return reach <= kMostReach ? kCoded[reach] : blur_tiles<T, kAnyReach>;
}
template <typename T>
void blur_lines(const T* in, int length, const T* taps, const Negligible<T>& negligible, Reach<T>& reaches, const LineTarget<T>& out) {
  blur_for<T>(reaches.reach(), std::make_integer_sequence<int, kMostReach + 1>())(in, length, taps, negligible, reaches, out);
}

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

// Registers that are `stride` numbers apart, one behind the other; returns their sum.
template <typename T>
Vector<T> copy_line(const T* from, std::size_t stride, int length, T* to) {
  Vector<T> sum{};
  for (int p = 0; p < length; ++p, from += stride, to += Traits<T>::kLanes) {
    const Vector<T> value = load<T>(from);
    sum += value;
    store<T>(to, value);
  }
  return sum;
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
