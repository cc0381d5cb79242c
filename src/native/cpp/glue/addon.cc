// The addon: the functions of every topic, and what the machine is.
#include "glue/glue.h"
#include "isa/kernels.h"
#include "base/thread_pool.h"

namespace otlearn {
namespace {

napi_value describe(napi_env env, napi_callback_info) {
  napi_value result, isa, threads;
  napi_create_object(env, &result);
  napi_create_string_utf8(env, kernels().name, NAPI_AUTO_LENGTH, &isa);
  napi_create_int32(env, thread_pool().threads(), &threads);
  napi_set_named_property(env, result, "instructionSet", isa);
  napi_set_named_property(env, result, "threads", threads);
  return result;
}

napi_value initialise(napi_env env, napi_value exports) {
  add_function(env, exports, "describe", describe);
  add_barycenter(env, exports);
  add_dense_operator(env, exports);
  add_emd(env, exports);
  add_batch_norm(env, exports);
  add_elementwise(env, exports);
  add_matmul(env, exports);
  add_reduce(env, exports);
  add_pairs(env, exports);
  add_sinkhorn(env, exports);
  add_softmax(env, exports);
  return exports;
}

}  // namespace
}  // namespace otlearn

NAPI_MODULE_INIT() { return otlearn::initialise(env, exports); }
