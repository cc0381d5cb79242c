#include "tensors/batch_norm.h"
#include "glue/glue.h"
#include "base/thread_pool.h"

namespace otlearn {
namespace {

struct Given {
  Heap heap;
  napi_value problem;
  BatchNormShape shape;
  float* matrix(const char* name) const {
    return heap.required<float>(problem, name, static_cast<double>(shape.rows) * static_cast<double>(shape.columns));
  }
  float* row(const char* name) const { return heap.required<float>(problem, name, static_cast<double>(shape.columns)); }
  float* optional_row(const char* name) const {
    return heap.tensor<float>(problem, name, static_cast<double>(shape.columns));
  }
  BatchNormForward forward() const {
    return {matrix("x"), optional_row("gamma"), optional_row("beta"), matrix("y"), row("mean"), row("variance")};
  }
};

template <typename Body>
napi_value with_given(napi_env env, napi_callback_info info, Body body) {
  return guarded(env, info, [&](napi_value* arguments) {
    const napi_value problem = arguments[1];
    const BatchNormShape shape = {integer(env, problem, "rows"), integer(env, problem, "columns"),
                                  static_cast<float>(number(env, problem, "epsilon"))};
    require(shape.rows > 0 && shape.columns > 0, "sizes");
    body(Given{Heap(env, arguments[0]), problem, shape});
    return static_cast<napi_value>(nullptr);
  });
}

// batchNorm(heap, {rows, columns, epsilon, x, gamma, beta, mean, variance, y}); the same for trainingBatchNorm
napi_value run_given(napi_env env, napi_callback_info info) {
  return with_given(env, info, [](const Given& given) { batch_norm(given.shape, given.forward(), thread_pool()); });
}
napi_value run_training(napi_env env, napi_callback_info info) {
  return with_given(env, info, [](const Given& given) { training_batch_norm(given.shape, given.forward(), thread_pool()); });
}

// trainingBatchNormGradient(heap, {rows, columns, epsilon, dy, x, gamma, mean, variance, dx, dgamma, dbeta})
napi_value run_gradient(napi_env env, napi_callback_info info) {
  return with_given(env, info, [](const Given& given) {
    training_batch_norm_gradient(given.shape,
                                 {given.matrix("dy"), given.matrix("x"), given.row("gamma"), given.row("mean"),
                                  given.row("variance"), given.matrix("dx"), given.row("dgamma"), given.row("dbeta")},
                                 thread_pool());
  });
}

}  // namespace

void add_batch_norm(napi_env env, napi_value exports) {
  add_function(env, exports, "batchNorm", run_given);
  add_function(env, exports, "trainingBatchNorm", run_training);
  add_function(env, exports, "trainingBatchNormGradient", run_gradient);
}

}  // namespace otlearn
