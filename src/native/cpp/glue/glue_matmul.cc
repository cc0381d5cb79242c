#include "base/thread_pool.h"
#include "glue/glue.h"
#include "tensors/matmul.h"

namespace otlearn {
namespace {

// Sizes and transposes of a product.
template <typename T>
MatmulProblem<T> read_sizes(const Arguments& given) {
  MatmulProblem<T> problem;
  problem.rows = given.integer("rows");
  problem.columns = given.integer("columns");
  problem.inner = given.integer("inner");
  require(problem.rows >= 0 && problem.columns >= 0 && problem.inner >= 0, "sizes");
  problem.transpose_a = given.flag("transposeA");
  problem.transpose_b = given.flag("transposeB");
  return problem;
}

// matmul(problem): MatmulProblem of src/native/matmul.ts
void run(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  auto problem = read_sizes<float>(given);
  problem.batch = given.dimensions("batch");
  problem.batch_a = given.dimensions("batchStridesA");
  problem.batch_b = given.dimensions("batchStridesB");
  const auto rows = static_cast<double>(problem.rows), columns = static_cast<double>(problem.columns),
             inner = static_cast<double>(problem.inner);
  double results = rows * columns;
  for (const std::ptrdiff_t size : problem.batch) results *= static_cast<double>(size);
  if (results == 0) return;
  problem.a = given.array<float>("a", extent(problem.batch, problem.batch_a) * rows * inner);
  problem.b = given.array<float>("b", extent(problem.batch, problem.batch_b) * inner * columns);
  problem.out = given.array<float>("out", results);
  MatmulFinish finish;
  finish.bias = given.optional<float>("bias", columns);
  finish.slopes = given.optional<float>("slopes", columns);
  const int activation = given.integer("activation");
  require(activation >= 0 && activation <= static_cast<int>(Activation::kElu), "activation");
  finish.activation = static_cast<Activation>(activation);
  finish.slope = static_cast<float>(given.number("slope"));
  require(finish.activation != Activation::kPrelu || finish.slopes, "slopes");
  matmul(problem, finish, thread_pool());
}

MatmulOperand<double> operand(const Arguments& given, const char* name, double numbers) {
  MatmulOperand<double> result;
  require(given[name].IsTypedArray(), name);
  if (given[name].As<Napi::TypedArray>().TypedArrayType() == napi_float32_array) {
    result.narrow = given.array<float>(name, numbers);
  } else {
    result.wide = given.array<double>(name, numbers);
  }
  return result;
}

// matmulFloat64(product): MatrixProduct of src/linear-algebra/product/engine.ts, and out
void run_double(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  auto problem = read_sizes<double>(given);
  const auto rows = static_cast<double>(problem.rows), columns = static_cast<double>(problem.columns),
             inner = static_cast<double>(problem.inner);
  problem.a = operand(given, "a", rows * inner);
  problem.b = operand(given, "b", inner * columns);
  problem.out = given.array<double>("out", rows * columns);
  matmul(problem, thread_pool());
}

}  // namespace

void add_matmul(Napi::Object exports) {
  add_function<run>(exports, "matmul");
  add_function<run_double>(exports, "matmulFloat64");
}

}  // namespace otlearn
