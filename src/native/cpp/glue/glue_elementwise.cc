#include "tensors/elementwise.h"
#include "glue/glue.h"
#include "base/thread_pool.h"

namespace otlearn {
namespace {

int operation(napi_env env, napi_value given, int count) {
  const int op = integer(env, given, "op");
  require(op >= 0 && op < count, "op");
  return op;
}

// unary(heap, {op, count, x, out})
napi_value run_unary(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const Heap heap(env, arguments[0]);
    const napi_value given = arguments[1];
    const int op = operation(env, given, kUnaryCount);
    const double count = number(env, given, "count");
    const float* x = heap.required<float>(given, "x", count);
    unary(static_cast<Unary>(op), static_cast<std::ptrdiff_t>(count), x, heap.required<float>(given, "out", count),
          thread_pool());
    return static_cast<napi_value>(nullptr);
  });
}

// What binary and compare take: {op, sizes, stridesA, stridesB, a, b, out}.
template <typename Op, typename Out>
napi_value run_binary(napi_env env, napi_callback_info info, int operations,
                      void (*kernel)(Op, const Broadcast&, const float*, const float*, Out*, ThreadPool&)) {
  return guarded(env, info, [&](napi_value* arguments) {
    const Heap heap(env, arguments[0]);
    const napi_value given = arguments[1];
    const int op = operation(env, given, operations);
    const Broadcast shape = {dimensions(env, given, "sizes"), dimensions(env, given, "stridesA"),
                             dimensions(env, given, "stridesB")};
    double count = 1;
    for (const std::ptrdiff_t size : shape.sizes) count *= static_cast<double>(size);
    if (count == 0) return static_cast<napi_value>(nullptr);
    const float* a = heap.required<float>(given, "a", extent(shape.sizes, shape.strides_a));
    const float* b = heap.required<float>(given, "b", extent(shape.sizes, shape.strides_b));
    kernel(static_cast<Op>(op), shape, a, b, heap.required<Out>(given, "out", count), thread_pool());
    return static_cast<napi_value>(nullptr);
  });
}

napi_value run_arithmetic(napi_env env, napi_callback_info info) { return run_binary(env, info, kBinaryCount, binary); }
napi_value run_comparison(napi_env env, napi_callback_info info) { return run_binary(env, info, kComparisonCount, compare); }

}  // namespace

void add_elementwise(napi_env env, napi_value exports) {
  add_function(env, exports, "unary", run_unary);
  add_function(env, exports, "binary", run_arithmetic);
  add_function(env, exports, "compare", run_comparison);
}

}  // namespace otlearn
