#include "base/thread_pool.h"
#include "glue/glue.h"
#include "tensors/matmul.h"

namespace otlearn {
namespace {

// matmul(problem): MatmulProblem of src/native/matmul.ts
void run(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  MatmulProblem problem;
  problem.rows = given.integer("rows");
  problem.columns = given.integer("columns");
  problem.inner = given.integer("inner");
  require(problem.rows >= 0 && problem.columns >= 0 && problem.inner >= 0, "sizes");
  problem.transpose_a = given.flag("transposeA");
  problem.transpose_b = given.flag("transposeB");
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
  problem.bias = given.optional<float>("bias", columns);
  problem.slopes = given.optional<float>("slopes", columns);
  const int activation = given.integer("activation");
  require(activation >= 0 && activation <= static_cast<int>(Activation::kElu), "activation");
  problem.activation = static_cast<Activation>(activation);
  problem.slope = static_cast<float>(given.number("slope"));
  require(problem.activation != Activation::kPrelu || problem.slopes, "slopes");
  matmul(problem, thread_pool());
}

}  // namespace

void add_matmul(Napi::Object exports) { add_function<run>(exports, "matmul"); }

}  // namespace otlearn
