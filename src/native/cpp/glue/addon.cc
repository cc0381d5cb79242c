// The addon: the functions of every topic, and what the machine is.
#include "base/thread_pool.h"
#include "glue/glue.h"
#include "isa/dispatch.h"

namespace otlearn {
namespace {

Napi::Value describe(const Napi::CallbackInfo& info) {
  auto machine = Napi::Object::New(info.Env());
  machine["instructionSet"] = instruction_set_name();
  machine["threads"] = thread_pool().threads();
  return machine;
}

Napi::Object initialise(Napi::Env, Napi::Object exports) {
  add_function<describe>(exports, "describe");
  add_barycenter(exports);
  add_batch_norm(exports);
  add_chain(exports);
  add_cloud(exports);
  add_dense_operator(exports);
  add_elementwise(exports);
  add_emd(exports);
  add_grid_operator(exports);
  add_initializer(exports);
  add_matmul(exports);
  add_newton(exports);
  add_pairs(exports);
  add_reduce(exports);
  add_signals(exports);
  add_sinkhorn(exports);
  add_softmax(exports);
  return exports;
}

}  // namespace
}  // namespace otlearn

using otlearn::initialise;
NODE_API_MODULE(otlearn_native, initialise)
