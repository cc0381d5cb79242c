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
#include <cstddef>
#include <limits>
#include <utility>

#include "isa/set.h"
#include "sinkhorn/grid/reach_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Outputs of a tile: their sums and the two windows of neighbours just fit the register file.
constexpr int kLineTile = OTLEARN_REGISTERS == 32 ? 7 : 4;

// Registers of a buffer for a line with zeros before and behind, as many as the line has numbers. A tile may be longer.
constexpr std::size_t line_registers(int length) { return static_cast<std::size_t>(3 * length + kLineTile); }

// Where a line of registers goes: neighbours are `stride` numbers apart.
template <typename T>
struct LineTarget {
  T* to;
  std::size_t stride;
  T* at(int p) const { return to + static_cast<std::size_t>(p) * stride; }
};

constexpr int kAnyReach = -1;

// sum[i] = taps[0] x[i] + sum_d taps[d] (x[i - d] + x[i + d]), d up to `reach`, for the outputs of one tile; x[i] is the
// register at centre + i * kLanes. Both windows of neighbours stay in registers and move by one from one distance to the next:
// one new register each. A position p stays in slot p mod kLineTile of its window, so that nothing is moved.
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
__attribute__((noinline)) void sum_on(const T* in, int length, const T* taps, const Negligible<T>& negligible,
                                      Reach<T>& reaches, const LineTarget<T>& out) {
  constexpr int kLanes = Traits<T>::kLanes;
  for (int begin = 0; begin < length; begin += kLineTile) {
    const int end = std::min(begin + kLineTile, length),
              farthest = std::min(reaches.longest(), std::max(end - 1, length - 1 - begin));
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
void blur_tiles(const T* in, int length, const T* taps, const Negligible<T>& negligible, Reach<T>& reaches,
                const LineTarget<T>& out) {
  constexpr int kLanes = Traits<T>::kLanes;
  const int reach = kReach == kAnyReach ? reaches.reach() : kReach;
  constexpr auto steps = std::make_integer_sequence < int, kReach == kAnyReach ? kLineTile : kReach > ();
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

// There is code for each distance below this; plain code, which is not there for speed, has only that for any.
constexpr int kCodedReaches = OTLEARN_SELECTED == OTLEARN_SELECT_PLAIN ? 0 : 17;
template <typename T>
using BlurTiles = void (*)(const T*, int, const T*, const Negligible<T>&, Reach<T>&, const LineTarget<T>&);
template <typename T, int... kReach>
inline BlurTiles<T> blur_for(int reach, std::integer_sequence<int, kReach...>) {
  static constexpr BlurTiles<T> kCode[] = {blur_tiles<T, kReach>..., blur_tiles<T, kAnyReach>};
  return kCode[std::min(reach, kCodedReaches)];
}
template <typename T>
void blur_lines(const T* in, int length, const T* taps, const Negligible<T>& negligible, Reach<T>& reaches,
                const LineTarget<T>& out) {
  blur_for<T>(reaches.reach(), std::make_integer_sequence<int, kCodedReaches>())(in, length, taps, negligible, reaches, out);
}

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
