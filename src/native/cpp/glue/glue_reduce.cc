#include "base/thread_pool.h"
#include "glue/glue.h"
#include "tensors/reduce.h"

namespace otlearn {
namespace {

// reduce({op, outer, length, inner, x, out}); no size is 0
void run(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const int op = given.integer("op");
  require(op >= 0 && op < kReductionCount, "op");
  const ReduceShape shape = {given.integer("outer"), given.integer("length"), given.integer("inner")};
  require(shape.outer > 0 && shape.length > 0 && shape.inner > 0, "sizes");
  const double results = static_cast<double>(shape.outer) * static_cast<double>(shape.inner);
  const float* const x = given.array<float>("x", results * static_cast<double>(shape.length));
  reduce(static_cast<Reduction>(op), shape, x, given.array<float>("out", results), thread_pool());
}

}  // namespace

void add_reduce(Napi::Object exports) { add_function<run>(exports, "reduce"); }

}  // namespace otlearn
