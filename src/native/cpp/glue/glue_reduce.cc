#include "glue/glue.h"
#include "tensors/reduce.h"
#include "base/thread_pool.h"

namespace otlearn {
namespace {

// reduce(heap, {op, outer, length, inner, x, out}); no size is 0
napi_value run_reduce(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const Heap heap(env, arguments[0]);
    const napi_value given = arguments[1];
    const int op = integer(env, given, "op");
    require(op >= 0 && op < kReductionCount, "op");
    const ReduceShape shape = {integer(env, given, "outer"), integer(env, given, "length"), integer(env, given, "inner")};
    require(shape.outer > 0 && shape.length > 0 && shape.inner > 0, "sizes");
    const double results = static_cast<double>(shape.outer) * static_cast<double>(shape.inner);
    const float* x = heap.required<float>(given, "x", results * static_cast<double>(shape.length));
    reduce(static_cast<Reduction>(op), shape, x, heap.required<float>(given, "out", results), thread_pool());
    return static_cast<napi_value>(nullptr);
  });
}

}  // namespace

void add_reduce(napi_env env, napi_value exports) { add_function(env, exports, "reduce", run_reduce); }

}  // namespace otlearn
