// The micro-kernels of matmul.h.
#if defined(OTLEARN_TENSORS_MATMUL_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_TENSORS_MATMUL_IMPL_H
#undef OTLEARN_TENSORS_MATMUL_IMPL_H
#else
#define OTLEARN_TENSORS_MATMUL_IMPL_H
#endif

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

#include "isa/set.h"
#include "tensors/matmul.h"
#include "vector/exponentials_impl.h"
#include "vector/registers_impl.h"
#include "vector/tile_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
constexpr int kTileColumns = kTileRegisters* Traits<T>::kLanes;

// Applies body(value, column) to all registers of a tile in memory.
template <int kRows, typename Body>
inline void each_register(float* tile, std::ptrdiff_t stride, Body body) {
  for (int i = 0; i < kRows; ++i, tile += stride) {
    for (int column = 0; column < kTileColumns<float>; column += Traits<float>::kLanes) {
      store<float>(tile + column, body(load<float>(tile + column), column));
    }
  }
}

// Bias and activation. Comparisons are written so that NaN stays NaN.
template <int kRows>
inline void finish_tile(float* tile, std::ptrdiff_t stride, const TileFinish& finish) {
  using V = Vector<float>;
  const auto each = [&](auto body) { each_register<kRows>(tile, stride, body); };
  if (finish.bias) each([&](const V& x, int column) { return x + load<float>(finish.bias + column); });
  const V zero = {}, six = broadcast<float>(6.0f);
  switch (finish.activation) {
    case Activation::kLinear:
      return;
    case Activation::kRelu:
      return each([&](const V& x, int) { return x < zero ? zero : x; });
    case Activation::kRelu6:
      return each([&](const V& x, int) { return x < zero ? zero : x > six ? six : x; });
    case Activation::kPrelu:
    case Activation::kLeakyRelu:
      return each([&](const V& x, int column) { return x < zero ? x * load<float>(finish.slopes + column) : x; });
    case Activation::kSigmoid:
      return each([&](const V& x, int) { return sigmoid_of<float>(x); });
    case Activation::kElu:
      return each([&](const V& x, int) { return x < zero ? expm1_of<float>(x) : x; });
  }
}

template <typename T, int kRows>
void multiply_tile(const MatmulTile<T>& job) {
  constexpr int kLanes = Traits<T>::kLanes;
  for (int i = 0; i < kRows; ++i) __builtin_prefetch(job.out + i * job.out_stride, 1);
  Tile<T, kRows, kTileRegisters> tile;
  tile.add(job.a, kTileRows, job.b, job.b_stride, job.depth);
  auto& sum = tile.sum;

  const auto copy = [&](const T* from, std::ptrdiff_t from_stride, T* to, std::ptrdiff_t to_stride) {
    for (int i = 0; i < kRows; ++i) std::memcpy(to + i * to_stride, from + i * from_stride, job.columns * sizeof(T));
  };
  T edge[kRows * kTileColumns<T>];
  const bool whole = job.columns == kTileColumns<T>;
  T* const out = whole ? job.out : edge;
  const std::ptrdiff_t stride = whole ? job.out_stride : kTileColumns<T>;
  if (job.accumulate) {
    if (!whole) {
      std::memset(edge, 0, sizeof edge);
      copy(job.out, job.out_stride, edge, kTileColumns<T>);
    }
    for (int i = 0; i < kRows; ++i) {
      for (int r = 0; r < kTileRegisters; ++r) sum[i][r] += load<T>(out + i * stride + r * kLanes);
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int r = 0; r < kTileRegisters; ++r) store<T>(out + i * stride + r * kLanes, sum[i][r]);
  }
  if constexpr (std::is_same_v<T, float>) {
    if (job.finish) finish_tile<kRows>(out, stride, *job.finish);
  }
  if (!whole) copy(edge, kTileColumns<T>, job.out, job.out_stride);
}

// Numbers of the panel's type are moved by registers where they can be; float that becomes double, one by one: that is little
// beside the product.
template <typename From, typename To, int kWidth>
void pack(const From* from, std::ptrdiff_t vector_stride, std::ptrdiff_t depth_stride, int vectors, std::ptrdiff_t depth,
          To* to) {
  if constexpr (std::is_same_v<From, To>) {
    if (vectors == kWidth && vector_stride == 1) {
      for (std::ptrdiff_t p = 0; p < depth; ++p) std::memcpy(to + p * kWidth, from + p * depth_stride, kWidth * sizeof(To));
      return;
    }
    if (vectors == kWidth && depth_stride == 1) {
      pack_across<To, kWidth>([=](int v) { return from + v * vector_stride; }, kWidth, depth, to);
      return;
    }
  }
  for (std::ptrdiff_t p = 0; p < depth; ++p) {
    for (int v = 0; v < kWidth; ++v) {
      to[p * kWidth + v] = v < vectors ? static_cast<To>(from[v * vector_stride + p * depth_stride]) : To(0);
    }
  }
}

template <typename T, std::size_t... kIndex>
constexpr MatmulKernels<T> matmul_kernels_of(std::index_sequence<kIndex...>) {
  return {kTileRows,
          kTileColumns<T>,
          {multiply_tile<T, static_cast<int>(kIndex) + 1>...},
          pack<T, T, kTileRows>,
          pack<T, T, kTileColumns<T>>,
          pack<float, T, kTileRows>,
          pack<float, T, kTileColumns<T>>};
}

constexpr MatmulKernels<float> kMatmulFloat = matmul_kernels_of<float>(std::make_index_sequence<kTileRows>());
constexpr MatmulKernels<double> kMatmulDouble = matmul_kernels_of<double>(std::make_index_sequence<kTileRows>());

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
