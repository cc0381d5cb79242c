// What some pairs under a dense cost iterate on, side by side.
#if defined(OTLEARN_SINKHORN_DENSE_DENSE_BLOCK_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_DENSE_DENSE_BLOCK_IMPL_H
#undef OTLEARN_SINKHORN_DENSE_DENSE_BLOCK_IMPL_H
#else
#define OTLEARN_SINKHORN_DENSE_DENSE_BLOCK_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/aligned_array.h"
#include "isa/set.h"
#include "sinkhorn/sinkhorn_tally.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Entry i of slot s is at i * width + s. A block of width 1 has zero or one pair, and registers along its points.
template <typename Domain>
struct DenseBlock {
  using V = Vector<float>;
  using Field = typename Domain::Field;
  static constexpr int kLanes = Traits<float>::kLanes;
  static constexpr int kMostWidth = Domain::kMostRegisters * kLanes;

  struct Slot {
    int pair = -1;
    SinkhornTally::Pair end;
    double lambda = 0, totals[2] = {0, 0};  // of penalties: the translation, and the masses'
    typename Domain::Memory of[2];          // of v and of u, which K and K^T are applied to
  };

  DenseBlock(int width, std::ptrdiff_t n, std::ptrdiff_t m)
      : width(width),
        n(n),
        m(m),
        slots(width),
        a(numbers(n)),
        b(numbers(m)),
        v(numbers(m)),
        u(numbers(n)),
        y(numbers(n)),
        z(numbers(m)),
        products{Field(numbers(n)), Field(numbers(m))} {
    // negative masses mark padding
    std::fill(a.data() + n * width, a.data() + a.size(), -1.0f);
    std::fill(b.data() + m * width, b.data() + b.size(), -1.0f);
  }
  // with room for whole panels and registers
  std::size_t numbers(std::ptrdiff_t count) const { return (count + Domain::kRows) * width + 2 * kLanes; }
  int registers() const { return width == 1 ? 1 : width / kLanes; }
  int active() const {
    return static_cast<int>(std::count_if(slots.begin(), slots.end(), [](const Slot& slot) { return slot.pair >= 0; }));
  }

  // A pair to a slot of another block.
  void move(int s, DenseBlock& to, int t) {
    to.slots[t] = slots[s];
    slots[s].pair = -1;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      const std::ptrdiff_t p = i * width + s, q = i * to.width + t;
      to.a.data()[q] = a.data()[p];
      to.u.copy(q, u, p);
      to.y.copy(q, y, p);
      to.products[0].copy(q, products[0], p);
    }
    for (std::ptrdiff_t j = 0; j < m; ++j) {
      const std::ptrdiff_t p = j * width + s, q = j * to.width + t;
      to.b.data()[q] = b.data()[p];
      to.v.copy(q, v, p);
      to.z.copy(q, z, p);
      to.products[1].copy(q, products[1], p);
    }
  }

  // Calls body(i, r) for each register of the first `count` points, r numbering those of one point.
  template <typename Body>
  void each(std::ptrdiff_t count, Body body) const {
    if (width == 1) {
      for (std::ptrdiff_t i = 0; i < count; i += kLanes) body(i, 0);
      return;
    }
    const int of_point = registers();
    std::ptrdiff_t at = 0;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      for (int r = 0; r < of_point; ++r, at += kLanes) body(at, r);
    }
  }

  // A value of each slot from registers that hold one a lane, whatever the order.
  template <typename Fold>
  void to_slots(const V* from, float* values, Fold fold) const {
    if (width > 1) {
      for (int s = 0; s < width; ++s) values[s] = from[s / kLanes][s % kLanes];
      return;
    }
    values[0] = from[0][0];
    for (int lane = 1; lane < kLanes; ++lane) values[0] = fold(values[0], from[0][lane]);
  }

  const int width;
  const std::ptrdiff_t n, m;
  std::vector<Slot> slots;
  AlignedArray<float> a, b;
  Field v, u, y, z;   // y and z with momentum
  Field products[2];  // the last K v and K^T u
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
