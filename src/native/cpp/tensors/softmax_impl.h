// The rows of softmax.h.
#if defined(OTLEARN_TENSORS_SOFTMAX_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_TENSORS_SOFTMAX_IMPL_H
#undef OTLEARN_TENSORS_SOFTMAX_IMPL_H
#else
#define OTLEARN_TENSORS_SOFTMAX_IMPL_H
#endif

#include <algorithm>
#include <cstddef>

#include "isa/set.h"
#include "tensors/softmax.h"
#include "vector/exponentials_impl.h"
#include "vector/registers_impl.h"
#include "vector/rows_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

inline void softmax_row(const double* free, std::size_t columns, double* out) {
  using V = Vector<double>;
  const double largest = columns > 0 ? *std::max_element(free, free + columns) : 0;
  double sum = 0;
  V partial = {};
  each_of_row(free, columns, [&](const V& x, std::size_t i, std::size_t count) {
    const V value = exp_of<double>(x - largest);
    put_row(out + i, value, count);
    if (count == static_cast<std::size_t>(Traits<double>::kLanes)) partial += value;
    else
      for (std::size_t lane = 0; lane < count; ++lane) sum += value[lane];
  });
  sum += sum_lanes<double>(partial);
  each_of_row(out, columns, [&](const V& x, std::size_t i, std::size_t count) { put_row(out + i, x / sum, count); });
}

inline void softmax_row_backward(const double* gradient, const double* row, std::size_t columns, double* out) {
  using V = Vector<double>;
  V partial = {};
  double mean = 0;
  each_of_row(gradient, columns, [&](const V& g, std::size_t i, std::size_t count) {
    if (count == static_cast<std::size_t>(Traits<double>::kLanes)) partial += g * load<double>(row + i);
    else
      for (std::size_t lane = 0; lane < count; ++lane) mean += g[lane] * row[i + lane];
  });
  mean += sum_lanes<double>(partial);
  each_of_row(gradient, columns, [&](const V& g, std::size_t i, std::size_t count) {
    if (count == static_cast<std::size_t>(Traits<double>::kLanes)) store<double>(out + i, load<double>(row + i) * (g - mean));
    else
      for (std::size_t lane = 0; lane < count; ++lane) out[i + lane] = row[i + lane] * (g[lane] - mean);
  });
}

constexpr SoftmaxKernels kSoftmax = {softmax_row, softmax_row_backward};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
