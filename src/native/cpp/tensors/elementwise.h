// Element-wise operations on float32 arrays: functions of one number, and operations and comparisons of two arrays that are
// broadcast against each other. Adding an operation is one line in an enumeration here, one in elementwise_impl.h and one
// in src/native/tfjs-elementwise.ts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace otlearn {

class ThreadPool;

enum class Unary : int { kExp, kExpm1, kLog, kSqrt, kRsqrt, kSquare, kReciprocal, kNeg, kAbs, kRelu, kElu, kSigmoid };
constexpr int kUnaryCount = 12;
enum class Binary : int { kAdd, kSub, kMultiply, kDivide, kMaximum, kMinimum, kSquaredDifference, kEluGrad };
constexpr int kBinaryCount = 8;
enum class Comparison : int { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
constexpr int kComparisonCount = 6;

// How two operands meet in a row-major result: its sizes, and the operands' strides in numbers, 0 where one is broadcast.
struct Broadcast {
  std::vector<std::ptrdiff_t> sizes, strides_a, strides_b;
};

void unary(Unary op, std::ptrdiff_t count, const float* x, float* out, ThreadPool& pool);
void binary(Binary op, const Broadcast& shape, const float* a, const float* b, float* out, ThreadPool& pool);
void compare(Comparison op, const Broadcast& shape, const float* a, const float* b, std::uint8_t* out, ThreadPool& pool);

// One instruction set's loops over contiguous numbers; an operand with step 0 is one number.
struct ElementwiseKernels {
  template <typename Out>
  using Loop = void (*)(std::ptrdiff_t count, const float* a, int step_a, const float* b, int step_b, Out* out);
  void (*unary[kUnaryCount])(std::ptrdiff_t count, const float* x, float* out);
  Loop<float> binary[kBinaryCount];
  Loop<std::uint8_t> compare[kComparisonCount];
};

}  // namespace otlearn
