// The loops of batch_norm.h.
#if defined(OTLEARN_TENSORS_BATCH_NORM_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_TENSORS_BATCH_NORM_IMPL_H
#undef OTLEARN_TENSORS_BATCH_NORM_IMPL_H
#else
#define OTLEARN_TENSORS_BATCH_NORM_IMPL_H
#endif

#include <cmath>
#include <cstddef>
#include <cstring>

#include "isa/set.h"
#include "tensors/batch_norm.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Calls body(column, numbers) for each register of a row's columns [0, count); the last one may hold fewer numbers.
template <typename Body>
inline void each_column(int count, Body body) {
  constexpr int kLanes = Traits<float>::kLanes;
  static_assert(kBatchNormColumns % kLanes == 0, "whole registers fit into an array of that many numbers");
  for (int j = 0; j < count; j += kLanes) body(j, count - j < kLanes ? count - j : kLanes);
}

inline Vector<float> load_some(const float* from, int count) {
  if (count == Traits<float>::kLanes) return load<float>(from);
  Vector<float> value = {};
  std::memcpy(&value, from, count * sizeof(float));
  return value;
}

inline void store_some(float* to, const Vector<float>& value, int count) {
  if (count == Traits<float>::kLanes) {
    store<float>(to, value);
  } else {
    std::memcpy(to, &value, count * sizeof(float));
  }
}

// Sums of columns in float64, as float32 registers come.
struct ColumnSums {
  double sums[kBatchNormColumns] = {};
  void add(int column, const Vector<float>& value) {
    constexpr int kHalf = Traits<double>::kLanes;
    float numbers[2 * kHalf];
    store<float>(numbers, value);
    for (int half = 0; half < 2; ++half) {
      double* sum = sums + column + half * kHalf;
      store<double>(sum, load<double>(sum) + load_widened(numbers + half * kHalf));
    }
  }
};

inline void batch_norm_apply(const BatchNormShape& shape, const BatchNormForward& arrays, std::ptrdiff_t first, int count) {
  float mean[kBatchNormColumns] = {}, scale[kBatchNormColumns] = {}, shift[kBatchNormColumns] = {};
  for (int j = 0; j < count; ++j) {
    const double deviation = __builtin_sqrt(static_cast<double>(arrays.variance[first + j]) + shape.epsilon);
    mean[j] = arrays.mean[first + j];
    scale[j] = static_cast<float>((arrays.gamma ? arrays.gamma[first + j] : 1.0f) / deviation);
    shift[j] = arrays.beta ? arrays.beta[first + j] : 0.0f;
  }
  for (std::ptrdiff_t i = 0; i < shape.rows; ++i) {
    each_column(count, [&](int j, int n) {
      const std::ptrdiff_t at = first + i * shape.columns + j;
      const Vector<float> centred = load_some(arrays.x + at, n) - load<float>(mean + j);
      store_some(arrays.y + at, centred * load<float>(scale + j) + load<float>(shift + j), n);
    });
  }
}

inline void batch_norm_forward(const BatchNormShape& shape, const BatchNormForward& arrays, std::ptrdiff_t first, int count) {
  const float* const x = arrays.x + first;
  const double rows = static_cast<double>(shape.rows);
  ColumnSums total, squares;
  for (std::ptrdiff_t i = 0; i < shape.rows; ++i) {
    each_column(count, [&](int j, int n) { total.add(j, load_some(x + i * shape.columns + j, n)); });
  }
  float mean[kBatchNormColumns] = {};
  for (int j = 0; j < count; ++j) mean[j] = static_cast<float>(total.sums[j] / rows);
  for (std::ptrdiff_t i = 0; i < shape.rows; ++i) {
    each_column(count, [&](int j, int n) {
      const Vector<float> centred = load_some(x + i * shape.columns + j, n) - load<float>(mean + j);
      squares.add(j, centred * centred);
    });
  }
  for (int j = 0; j < count; ++j) {
    arrays.mean[first + j] = mean[j];
    arrays.variance[first + j] = static_cast<float>(squares.sums[j] / rows);
  }
  batch_norm_apply(shape, arrays, first, count);
}

// With xhat = (x - mean) / sqrt(variance + epsilon):
//   dbeta = sum dy,  dgamma = sum dy xhat,  dx = gamma / sqrt(variance + epsilon) (dy - dbeta / rows - xhat dgamma / rows).
inline void batch_norm_backward(const BatchNormShape& shape, const BatchNormBackward& arrays, std::ptrdiff_t first, int count) {
  const double rows = static_cast<double>(shape.rows);
  float mean[kBatchNormColumns] = {}, inverse[kBatchNormColumns] = {};
  for (int j = 0; j < count; ++j) {
    mean[j] = arrays.mean[first + j];
    inverse[j] = static_cast<float>(1 / __builtin_sqrt(static_cast<double>(arrays.variance[first + j]) + shape.epsilon));
  }
  const auto normalised = [&](std::ptrdiff_t at, int j, int n) {
    return (load_some(arrays.x + at, n) - load<float>(mean + j)) * load<float>(inverse + j);
  };

  ColumnSums dbeta, dgamma;
  for (std::ptrdiff_t i = 0; i < shape.rows; ++i) {
    each_column(count, [&](int j, int n) {
      const std::ptrdiff_t at = first + i * shape.columns + j;
      const Vector<float> dy = load_some(arrays.dy + at, n);
      dbeta.add(j, dy);
      dgamma.add(j, dy * normalised(at, j, n));
    });
  }
  float scale[kBatchNormColumns] = {}, mean_dy[kBatchNormColumns] = {}, slope[kBatchNormColumns] = {};
  for (int j = 0; j < count; ++j) {
    arrays.dbeta[first + j] = static_cast<float>(dbeta.sums[j]);
    arrays.dgamma[first + j] = static_cast<float>(dgamma.sums[j]);
    scale[j] = arrays.gamma[first + j] * inverse[j];
    mean_dy[j] = static_cast<float>(dbeta.sums[j] / rows);
    slope[j] = static_cast<float>(dgamma.sums[j] / rows);
  }
  for (std::ptrdiff_t i = 0; i < shape.rows; ++i) {
    each_column(count, [&](int j, int n) {
      const std::ptrdiff_t at = first + i * shape.columns + j;
      const Vector<float> along = load<float>(mean_dy + j) + normalised(at, j, n) * load<float>(slope + j);
      store_some(arrays.dx + at, load<float>(scale + j) * (load_some(arrays.dy + at, n) - along), n);
    });
  }
}

constexpr BatchNormKernels kBatchNorm = {batch_norm_apply, batch_norm_forward, batch_norm_backward};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
