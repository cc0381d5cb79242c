#include "glue/glue.h"
#include "tensors/matmul.h"
#include "base/thread_pool.h"

namespace otlearn {
namespace {

// matmul(heap, problem): the tensors are at byte offsets in the heap of tfjs' wasm backend.
napi_value run_matmul(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const Heap heap(env, arguments[0]);
    const napi_value given = arguments[1];
    const auto tensor = [&](const char* name, double numbers) { return heap.tensor<float>(given, name, numbers); };
    MatmulProblem problem;
    problem.rows = integer(env, given, "rows");
    problem.columns = integer(env, given, "columns");
    problem.inner = integer(env, given, "inner");
    require(problem.rows >= 0 && problem.columns >= 0 && problem.inner >= 0, "sizes");
    problem.transpose_a = flag(env, given, "transposeA");
    problem.transpose_b = flag(env, given, "transposeB");
    problem.batch = dimensions(env, given, "batch");
    problem.batch_a = dimensions(env, given, "batchStridesA");
    problem.batch_b = dimensions(env, given, "batchStridesB");
    double count = 1;
    for (const std::ptrdiff_t size : problem.batch) count *= static_cast<double>(size);
    if (count == 0 || problem.rows == 0 || problem.columns == 0) return static_cast<napi_value>(nullptr);
    const double rows = problem.rows, columns = problem.columns, inner = problem.inner;
    problem.a = heap.required<float>(given, "a", extent(problem.batch, problem.batch_a) * rows * inner);
    problem.b = heap.required<float>(given, "b", extent(problem.batch, problem.batch_b) * inner * columns);
    problem.out = heap.required<float>(given, "out", count * rows * columns);
    problem.bias = tensor("bias", columns);
    problem.slopes = tensor("slopes", columns);
    problem.activation = static_cast<Activation>(integer(env, given, "activation"));
    problem.slope = static_cast<float>(number(env, given, "slope"));
    require(problem.activation != Activation::kPrelu || problem.slopes, "slopes");
    matmul(problem, thread_pool());
    return static_cast<napi_value>(nullptr);
  });
}

}  // namespace

void add_matmul(napi_env env, napi_value exports) { add_function(env, exports, "matmul", run_matmul); }

}  // namespace otlearn
