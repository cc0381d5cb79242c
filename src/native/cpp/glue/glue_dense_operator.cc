#include "base/thread_pool.h"
#include "glue/glue.h"
#include "host/dense_operator.h"

namespace otlearn {
namespace {

// applyDense({operator, n, m, matrix, inverse, x, out})
void run(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const int which = given.integer("operator"), n = given.integer("n"), m = given.integer("m");
  require(0 <= which && which < kDenseOperators && n > 0 && m > 0, "operator, n, m");
  DenseOperation operation;
  operation.which = static_cast<DenseOperator>(which);
  operation.n = static_cast<std::size_t>(n);
  operation.m = static_cast<std::size_t>(m);
  operation.inverse = given.number("inverse");
  const double entries = static_cast<double>(n) * m;
  operation.matrix = given.array<double>("matrix", entries);
  switch (operation.which) {
    case DenseOperator::kGibbs:
      operation.x = nullptr;
      operation.out = given.array<double>("out", entries);
      break;
    case DenseOperator::kApply:
    case DenseOperator::kLogApply:
      operation.x = given.array<double>("x", m);
      operation.out = given.array<double>("out", n);
      break;
    case DenseOperator::kApplyTranspose:
    case DenseOperator::kLogApplyTranspose:
      operation.x = given.array<double>("x", n);
      operation.out = given.array<double>("out", m);
  }
  run_dense_operation(operation, thread_pool());
}

}  // namespace

void add_dense_operator(Napi::Object exports) { add_function<run>(exports, "applyDense"); }

}  // namespace otlearn
