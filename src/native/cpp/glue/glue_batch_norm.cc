#include "base/thread_pool.h"
#include "glue/glue.h"
#include "tensors/batch_norm.h"

namespace otlearn {
namespace {

BatchNormShape shape_of(const Arguments& given) {
  const BatchNormShape shape = {given.integer("rows"), given.integer("columns"), static_cast<float>(given.number("epsilon"))};
  require(shape.rows > 0 && shape.columns > 0, "sizes");
  return shape;
}

// The numbers of a matrix and of a row.
double matrix(const BatchNormShape& shape) { return static_cast<double>(shape.rows) * static_cast<double>(shape.columns); }
double row(const BatchNormShape& shape) { return static_cast<double>(shape.columns); }

BatchNormForward forward_of(const Arguments& given, const BatchNormShape& shape) {
  return {given.array<float>("x", matrix(shape)),     given.optional<float>("gamma", row(shape)),
          given.optional<float>("beta", row(shape)),  given.array<float>("y", matrix(shape)),
          given.array<float>("mean", row(shape)),     given.array<float>("variance", row(shape))};
}

BatchNormBackward backward_of(const Arguments& given, const BatchNormShape& shape) {
  return {given.array<float>("dy", matrix(shape)),     given.array<float>("x", matrix(shape)),
          given.array<float>("gamma", row(shape)),     given.array<float>("mean", row(shape)),
          given.array<float>("variance", row(shape)),  given.array<float>("dx", matrix(shape)),
          given.array<float>("dgamma", row(shape)),    given.array<float>("dbeta", row(shape))};
}

// batchNorm({rows, columns, epsilon, x, gamma, beta, mean, variance, y}); the same for trainingBatchNorm
void run_given(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const BatchNormShape shape = shape_of(given);
  batch_norm(shape, forward_of(given, shape), thread_pool());
}
void run_training(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const BatchNormShape shape = shape_of(given);
  training_batch_norm(shape, forward_of(given, shape), thread_pool());
}

// trainingBatchNormGradient({rows, columns, epsilon, dy, x, gamma, mean, variance, dx, dgamma, dbeta})
void run_gradient(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const BatchNormShape shape = shape_of(given);
  training_batch_norm_gradient(shape, backward_of(given, shape), thread_pool());
}

}  // namespace

void add_batch_norm(Napi::Object exports) {
  add_function<run_given>(exports, "batchNorm");
  add_function<run_training>(exports, "trainingBatchNorm");
  add_function<run_gradient>(exports, "trainingBatchNormGradient");
}

}  // namespace otlearn
