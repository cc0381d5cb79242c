// The loops of reduce.h.
#if defined(OTLEARN_TENSORS_REDUCE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_TENSORS_REDUCE_IMPL_H
#undef OTLEARN_TENSORS_REDUCE_IMPL_H
#else
#define OTLEARN_TENSORS_REDUCE_IMPL_H
#endif

#include <cstddef>

#include "isa/set.h"
#include "tensors/reduce.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

struct SumOf {
  template <typename Number>
  static Number combine(const Number& a, const Number& b) {
    return a + b;
  }
};
// Comparisons are written so that NaN stays NaN.
struct MaxOf {
  template <typename Number>
  static Number combine(const Number& a, const Number& b) {
    return ((b > a) | (b != b)) ? b : a;
  }
};
struct MinOf {
  template <typename Number>
  static Number combine(const Number& a, const Number& b) {
    return ((b < a) | (b != b)) ? b : a;
  }
};

template <typename Op>
double reduce_row(std::ptrdiff_t count, const float* x, double start) {
  constexpr int kLanes = Traits<double>::kLanes, kSums = 4;  // several, so that one need not wait for the other
  Vector<double> sums[kSums];
  for (auto& sum : sums) sum = broadcast<double>(start);
  std::ptrdiff_t i = 0;
  for (; i + kSums * kLanes <= count; i += kSums * kLanes) {
    for (int k = 0; k < kSums; ++k) sums[k] = Op::combine(sums[k], load_widened(x + i + k * kLanes));
  }
  const Vector<double> sum = Op::combine(Op::combine(sums[0], sums[1]), Op::combine(sums[2], sums[3]));
  double result = sum[0];
  for (int lane = 1; lane < kLanes; ++lane) result = Op::combine(result, double(sum[lane]));
  for (; i < count; ++i) result = Op::combine(result, double(x[i]));
  return result;
}

template <typename Op>
void reduce_columns(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t stride, const float* x, double* partial) {
  constexpr int kLanes = Traits<double>::kLanes;
  for (std::ptrdiff_t row = 0; row < rows; ++row, x += stride) {
    std::ptrdiff_t j = 0;
    for (; j + kLanes <= columns; j += kLanes) {
      store<double>(partial + j, Op::combine(load<double>(partial + j), load_widened(x + j)));
    }
    for (; j < columns; ++j) partial[j] = Op::combine(partial[j], double(x[j]));
  }
}

// In the order of the enumeration: a mean is a sum until its end.
constexpr ReduceKernels kReduce = {
    {reduce_row<SumOf>, reduce_row<SumOf>, reduce_row<MaxOf>, reduce_row<MinOf>},
    {reduce_columns<SumOf>, reduce_columns<SumOf>, reduce_columns<MaxOf>, reduce_columns<MinOf>},
    {SumOf::combine<double>, SumOf::combine<double>, MaxOf::combine<double>, MinOf::combine<double>},
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
