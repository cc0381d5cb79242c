#include "glue/glue.h"
#include "tensors/softmax.h"

namespace otlearn {
namespace {

// { columns, ... } with arrays of whole rows, as many as `out` holds.
struct Rows {
  std::size_t columns, rows;
  double* out;
};

double* array_of(napi_env env, napi_value arguments, const char* name, std::size_t size) {
  auto* values = elements<double>(env, property(env, arguments, name), napi_float64_array, size, name);
  require(values, name);
  return values;
}

Rows rows_of(napi_env env, napi_value arguments) {
  const int columns = integer(env, arguments, "columns"), rows = integer(env, arguments, "rows");
  require(columns > 0 && rows >= 0, "columns, rows");
  const std::size_t size = static_cast<std::size_t>(columns) * rows;
  return {static_cast<std::size_t>(columns), static_cast<std::size_t>(rows), array_of(env, arguments, "out", size)};
}

napi_value run_forward(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const Rows r = rows_of(env, arguments[0]);
    softmax_forward(array_of(env, arguments[0], "free", r.rows * r.columns), r.rows, r.columns, r.out);
    return static_cast<napi_value>(nullptr);
  });
}

napi_value run_backward(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const Rows r = rows_of(env, arguments[0]);
    const std::size_t size = r.rows * r.columns;
    softmax_backward(array_of(env, arguments[0], "gradient", size), array_of(env, arguments[0], "probabilities", size), r.rows,
                     r.columns, r.out);
    return static_cast<napi_value>(nullptr);
  });
}

}  // namespace

void add_softmax(napi_env env, napi_value exports) {
  add_function(env, exports, "softmaxForward", run_forward);
  add_function(env, exports, "softmaxBackward", run_backward);
}

}  // namespace otlearn
