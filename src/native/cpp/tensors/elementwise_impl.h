// The loops of elementwise.h. What is left over at the end of an array is
// computed in a register too, so that a number does not depend on where in the array it stands.
#if defined(OTLEARN_TENSORS_ELEMENTWISE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_TENSORS_ELEMENTWISE_IMPL_H
#undef OTLEARN_TENSORS_ELEMENTWISE_IMPL_H
#else
#define OTLEARN_TENSORS_ELEMENTWISE_IMPL_H
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "isa/set.h"
#include "tensors/elementwise.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename Function>
void unary_loop(std::ptrdiff_t count, const float* x, float* out) {
  constexpr int kLanes = Traits<float>::kLanes;
  std::ptrdiff_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store<float>(out + i, Function()(load<float>(x + i)));
  if (i == count) return;
  float rest[kLanes] = {};
  std::memcpy(rest, x + i, (count - i) * sizeof(float));
  store<float>(rest, Function()(load<float>(rest)));
  std::memcpy(out + i, rest, (count - i) * sizeof(float));
}

// Results of an operation as they are stored: numbers, or one byte a comparison.
inline void store_result(float* to, const Vector<float>& value) { store<float>(to, value); }
inline void store_result(std::uint8_t* to, const Bits<float>& holds) {
  typedef std::uint8_t Bytes __attribute__((vector_size(Traits<float>::kLanes)));
  const Bytes bytes = __builtin_convertvector(holds, Bytes);
  std::memcpy(to, &bytes, sizeof bytes);
}

template <typename Function, typename Out>
void binary_loop(std::ptrdiff_t count, const float* a, int step_a, const float* b, int step_b, Out* out) {
  constexpr int kLanes = Traits<float>::kLanes;
  const std::ptrdiff_t whole = count - count % kLanes, left = count - whole;
  const auto all = [&](auto operand_a, auto operand_b) {
    for (std::ptrdiff_t i = 0; i < whole; i += kLanes) store_result(out + i, Function()(operand_a(i), operand_b(i)));
  };
  const auto array = [](const float* from) { return [from](std::ptrdiff_t i) { return load<float>(from + i); }; };
  const auto number = [](const float* from) { return [value = broadcast<float>(*from)](std::ptrdiff_t) { return value; }; };
  if (step_a == 1 && step_b == 1) {
    all(array(a), array(b));
  } else if (step_a == 1) {
    all(array(a), number(b));
  } else if (step_b == 1) {
    all(number(a), array(b));
  } else {
    all(number(a), number(b));
  }
  if (left == 0) return;
  float rest_a[kLanes] = {}, rest_b[kLanes] = {};
  for (std::ptrdiff_t i = 0; i < left; ++i) {
    rest_a[i] = a[(whole + i) * step_a];
    rest_b[i] = b[(whole + i) * step_b];
  }
  Out rest[kLanes];
  store_result(rest, Function()(load<float>(rest_a), load<float>(rest_b)));
  std::memcpy(out + whole, rest, left * sizeof(Out));
}

// A function of one number, or of two: a type, so that it can be an argument of the loops. Comparisons are written so that
// NaN stays NaN.
#define OTLEARN_UNARY(name, expression)                                           \
  struct name {                                                                   \
    Vector<float> operator()(const Vector<float>& x) const { return expression; } \
  };
#define OTLEARN_BINARY(name, result, expression)                                                   \
  struct name {                                                                                    \
    result operator()(const Vector<float>& a, const Vector<float>& b) const { return expression; } \
  };

OTLEARN_UNARY(Exp, exp_of_any<float>(x))
OTLEARN_UNARY(Expm1, expm1_of<float>(x))
OTLEARN_UNARY(Log, log_of_any<float>(x))
OTLEARN_UNARY(Sqrt, sqrt_of<float>(x))
OTLEARN_UNARY(Rsqrt, 1.0f / sqrt_of<float>(x))
OTLEARN_UNARY(Square, x* x)
OTLEARN_UNARY(Reciprocal, 1.0f / x)
OTLEARN_UNARY(Neg, -x)
OTLEARN_UNARY(Abs, cast_bits<Vector<float>>(Bits<float>(cast_bits<Bits<float>>(x) & 0x7fffffffu)))
OTLEARN_UNARY(Relu, x < Vector<float>{} ? Vector<float>{} : x)
OTLEARN_UNARY(Elu, x < Vector<float>{} ? expm1_of<float>(x) : x)
OTLEARN_UNARY(Sigmoid, sigmoid_of<float>(x))

OTLEARN_BINARY(Add, Vector<float>, a + b)
OTLEARN_BINARY(Sub, Vector<float>, a - b)
OTLEARN_BINARY(Multiply, Vector<float>, a* b)
OTLEARN_BINARY(Divide, Vector<float>, a / b)
OTLEARN_BINARY(Maximum, Vector<float>, ((a > b) | (a != a)) ? a : b)
OTLEARN_BINARY(Minimum, Vector<float>, ((a < b) | (a != a)) ? a : b)
OTLEARN_BINARY(SquaredDifference, Vector<float>, (a - b) * (a - b))
OTLEARN_BINARY(EluGrad, Vector<float>, b < Vector<float>{} ? a * (b + 1.0f) : a)  // of dy and y

OTLEARN_BINARY(Equal, Bits<float>, cast_bits<Bits<float>>(a == b) & 1u)
OTLEARN_BINARY(NotEqual, Bits<float>, cast_bits<Bits<float>>(a != b) & 1u)
OTLEARN_BINARY(Less, Bits<float>, cast_bits<Bits<float>>(a < b) & 1u)
OTLEARN_BINARY(LessEqual, Bits<float>, cast_bits<Bits<float>>(a <= b) & 1u)
OTLEARN_BINARY(Greater, Bits<float>, cast_bits<Bits<float>>(a > b) & 1u)
OTLEARN_BINARY(GreaterEqual, Bits<float>, cast_bits<Bits<float>>(a >= b) & 1u)

#undef OTLEARN_UNARY
#undef OTLEARN_BINARY

// In the order of the enumerations.
constexpr ElementwiseKernels kElementwise = {
    {unary_loop<Exp>, unary_loop<Expm1>, unary_loop<Log>, unary_loop<Sqrt>, unary_loop<Rsqrt>, unary_loop<Square>,
     unary_loop<Reciprocal>, unary_loop<Neg>, unary_loop<Abs>, unary_loop<Relu>, unary_loop<Elu>, unary_loop<Sigmoid>},
    {binary_loop<Add, float>, binary_loop<Sub, float>, binary_loop<Multiply, float>, binary_loop<Divide, float>,
     binary_loop<Maximum, float>, binary_loop<Minimum, float>, binary_loop<SquaredDifference, float>,
     binary_loop<EluGrad, float>},
    {binary_loop<Equal, std::uint8_t>, binary_loop<NotEqual, std::uint8_t>, binary_loop<Less, std::uint8_t>,
     binary_loop<LessEqual, std::uint8_t>, binary_loop<Greater, std::uint8_t>, binary_loop<GreaterEqual, std::uint8_t>},
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
