#include "glue/glue.h"
#include "base/thread_pool.h"
#include "host/dense_operator.h"

namespace otlearn {
namespace {

napi_value run(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const napi_value given = arguments[0];
    const int which = integer(env, given, "operator"), n = integer(env, given, "n"), m = integer(env, given, "m");
    require(0 <= which && which < kDenseOperators && n > 0 && m > 0, "operator, n, m");
    DenseOperation operation;
    operation.which = static_cast<DenseOperator>(which);
    operation.n = static_cast<std::size_t>(n);
    operation.m = static_cast<std::size_t>(m);
    operation.inverse = number(env, given, "inverse");
    const bool makes_matrix = operation.which == DenseOperator::kGibbs;
    const bool by_columns = operation.which == DenseOperator::kApplyTranspose || operation.which == DenseOperator::kLogApplyTranspose;
    const std::size_t all = operation.n * operation.m;
    const auto array = [&](const char* name, std::size_t size) {
      return elements<double>(env, property(env, given, name), napi_float64_array, size, name);
    };
    operation.matrix = array("matrix", all);
    operation.x = makes_matrix ? nullptr : array("x", by_columns ? operation.n : operation.m);
    operation.out = array("out", makes_matrix ? all : by_columns ? operation.m : operation.n);
    require(operation.matrix && operation.out && (makes_matrix || operation.x), "matrix, x and out are required");
    run_dense_operation(operation, thread_pool());
    return static_cast<napi_value>(nullptr);
  });
}

}  // namespace

void add_dense_operator(napi_env env, napi_value exports) { add_function(env, exports, "applyDense", run); }

}  // namespace otlearn
