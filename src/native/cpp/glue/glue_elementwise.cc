#include <cstdint>

#include "base/thread_pool.h"
#include "glue/glue.h"
#include "tensors/elementwise.h"

namespace otlearn {
namespace {

int operation(const Arguments& given, int count) {
  const int op = given.integer("op");
  require(op >= 0 && op < count, "op");
  return op;
}

// unary({op, count, x, out})
void run_unary(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const auto op = static_cast<Unary>(operation(given, kUnaryCount));
  const double count = given.number("count");
  const float* const x = given.array<float>("x", count);
  unary(op, static_cast<std::ptrdiff_t>(count), x, given.array<float>("out", count), thread_pool());
}

// What binary and compare take: {op, sizes, stridesA, stridesB, a, b, out}.
template <typename Op, typename Out>
void run_binary(const Napi::CallbackInfo& info, int operations,
                void (*kernel)(Op, const Broadcast&, const float*, const float*, Out*, ThreadPool&)) {
  const Arguments given(info[0]);
  const auto op = static_cast<Op>(operation(given, operations));
  const Broadcast shape = {given.dimensions("sizes"), given.dimensions("stridesA"), given.dimensions("stridesB")};
  double count = 1;
  for (const std::ptrdiff_t size : shape.sizes) count *= static_cast<double>(size);
  if (count == 0) return;
  const float* const a = given.array<float>("a", extent(shape.sizes, shape.strides_a));
  const float* const b = given.array<float>("b", extent(shape.sizes, shape.strides_b));
  kernel(op, shape, a, b, given.array<Out>("out", count), thread_pool());
}

void run_arithmetic(const Napi::CallbackInfo& info) { run_binary(info, kBinaryCount, binary); }
void run_comparison(const Napi::CallbackInfo& info) { run_binary(info, kComparisonCount, compare); }

}  // namespace

void add_elementwise(Napi::Object exports) {
  add_function<run_unary>(exports, "unary");
  add_function<run_arithmetic>(exports, "binary");
  add_function<run_comparison>(exports, "compare");
}

}  // namespace otlearn
