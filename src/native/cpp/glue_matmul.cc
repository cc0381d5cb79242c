#include <algorithm>
#include <cstdint>

#include "glue.h"
#include "matmul.h"
#include "thread_pool.h"

namespace otlearn {
namespace {

// The batch dimensions of an operand's strides, or of the result.
std::vector<std::ptrdiff_t> dimensions(napi_env env, napi_value object, const char* name) {
  napi_typedarray_type type;
  std::size_t length;
  void* data;
  const napi_value value = property(env, object, name);
  require(napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) == napi_ok, name);
  require(type == napi_int32_array, name);
  const auto* numbers = static_cast<const std::int32_t*>(data);
  require(std::all_of(numbers, numbers + length, [](std::int32_t number) { return number >= 0; }), name);
  return std::vector<std::ptrdiff_t>(numbers, numbers + length);
}

// Matrices that an operand with these strides has at least.
double matrices(const std::vector<std::ptrdiff_t>& batch, const std::vector<std::ptrdiff_t>& strides) {
  require(batch.size() == strides.size(), "batch");
  double last = 0;
  for (std::size_t d = 0; d < batch.size(); ++d) last += static_cast<double>(batch[d] - 1) * strides[d];
  return last + 1;
}

// matmul(heap, problem): the tensors are at byte offsets in the heap of tfjs' wasm backend.
napi_value run_matmul(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const napi_value given = arguments[1];
    const auto tensor = [&](const char* name, double numbers) { return heap_tensor(env, arguments[0], given, name, numbers); };
    const auto flag = [&](const char* name) {
      bool value;
      require(napi_get_value_bool(env, property(env, given, name), &value) == napi_ok, name);
      return value;
    };
    MatmulProblem problem;
    problem.rows = integer(env, given, "rows");
    problem.columns = integer(env, given, "columns");
    problem.inner = integer(env, given, "inner");
    require(problem.rows >= 0 && problem.columns >= 0 && problem.inner >= 0, "sizes");
    problem.transpose_a = flag("transposeA");
    problem.transpose_b = flag("transposeB");
    problem.batch = dimensions(env, given, "batch");
    problem.batch_a = dimensions(env, given, "batchStridesA");
    problem.batch_b = dimensions(env, given, "batchStridesB");
    double count = 1;
    for (const std::ptrdiff_t size : problem.batch) count *= static_cast<double>(size);
    if (count == 0 || problem.rows == 0 || problem.columns == 0) return static_cast<napi_value>(nullptr);
    const double rows = problem.rows, columns = problem.columns, inner = problem.inner;
    problem.a = tensor("a", matrices(problem.batch, problem.batch_a) * rows * inner);
    problem.b = tensor("b", matrices(problem.batch, problem.batch_b) * inner * columns);
    problem.out = tensor("out", count * rows * columns);
    problem.bias = tensor("bias", columns);
    problem.slopes = tensor("slopes", columns);
    problem.activation = static_cast<Activation>(integer(env, given, "activation"));
    double slope;
    require(napi_get_value_double(env, property(env, given, "slope"), &slope) == napi_ok, "slope");
    problem.slope = static_cast<float>(slope);
    require(problem.a && problem.b && problem.out, "a, b and out are required");
    require(problem.activation != Activation::kPrelu || problem.slopes, "slopes");
    matmul(problem, thread_pool());
    return static_cast<napi_value>(nullptr);
  });
}

}  // namespace

void add_matmul(napi_env env, napi_value exports) { add_function(env, exports, "matmul", run_matmul); }

}  // namespace otlearn
