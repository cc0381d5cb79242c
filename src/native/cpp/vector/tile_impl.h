// What the dense matrix products have in common: a tile of the result that stays in registers, and the panels from which its
// numbers are read.
#if defined(OTLEARN_VECTOR_TILE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_VECTOR_TILE_IMPL_H
#undef OTLEARN_VECTOR_TILE_IMPL_H
#else
#define OTLEARN_VECTOR_TILE_IMPL_H
#endif

#include <cstddef>

#include "isa/set.h"
#include "vector/registers_impl.h"
#include "vector/transpose_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// With two registers a row, the sums, the two registers of B and one of A just fit the register file.
constexpr int kTileRows = OTLEARN_REGISTERS == 32 ? 14 : 6;
constexpr int kTileRegisters = 2;

// Loops over the registers of a tile are unrolled by the compiler, so that the sums never leave them. The order in which the
// products of one entry are added depends on the depth alone.
template <typename T, int kRows, int kRegisters>
struct Tile {
  Vector<T> sum[kRows][kRegisters];

  Tile() {
    for (int i = 0; i < kRows; ++i) {
      for (int r = 0; r < kRegisters; ++r) sum[i][r] = Vector<T>{};
    }
  }
  // Adds a b: `depth` columns of a, a_stride numbers apart, and as many rows of b.
  void add(const T* a, std::ptrdiff_t a_stride, const T* b, std::ptrdiff_t b_stride, std::ptrdiff_t depth) {
    constexpr int kLanes = Traits<T>::kLanes;
    for (std::ptrdiff_t p = 0; p < depth; ++p, a += a_stride, b += b_stride) {
      Vector<T> row[kRegisters];
      for (int r = 0; r < kRegisters; ++r) row[r] = load<T>(b + r * kLanes);
      for (int i = 0; i < kRows; ++i) {
        const Vector<T> factor = broadcast<T>(a[i]);
        for (int r = 0; r < kRegisters; ++r) sum[i][r] += factor * row[r];
      }
    }
  }
};

// to[p * width + v] = vector(v)[p] for up to kMost vectors: numbers that lie one behind the other along the depth change their
// order, squares of registers are transposed.
template <typename T, int kMost, typename VectorAt>
inline void pack_across(VectorAt vector, int width, std::ptrdiff_t depth, T* to) {
  constexpr int kLanes = Traits<T>::kLanes;
  // where the width is no whole number of registers, the last register of a row is stored into the rows behind it, which
  // are written later; past the last row must not be written
  const int rows_behind = ((width + kLanes - 1) / kLanes * kLanes - 1) / width;
  std::ptrdiff_t p = 0;
  for (; p + kLanes + rows_behind <= depth; p += kLanes) {
    Vector<T> squares[(kMost + kLanes - 1) / kLanes][kLanes];
    for (int first = 0; first < kMost && first < width; first += kLanes) {
      auto& square = squares[first / kLanes];
      for (int v = 0; v < kLanes; ++v) square[v] = first + v < width ? load<T>(vector(first + v) + p) : Vector<T>{};
      transpose<T>(square);
    }
    for (int q = 0; q < kLanes; ++q) {
      for (int first = 0; first < kMost && first < width; first += kLanes) {
        store<T>(to + (p + q) * width + first, squares[first / kLanes][q]);
      }
    }
  }
  for (; p < depth; ++p) {
    for (int v = 0; v < width; ++v) to[p * width + v] = vector(v)[p];
  }
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
