#include "base/thread_pool.h"
#include "cloud/cloud_operator.h"
#include "glue/glue.h"

namespace otlearn {
namespace {

// applyCloud({operator, metric, n, m, d, factor, x, y, inverse, values, u, vectors, z, alpha, beta, alongX, alongY, gamma,
// delta, curvature, slopes, out})
void run(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const int which = given.integer("operator"), metric = given.integer("metric");
  const int n = given.integer("n"), m = given.integer("m"), d = given.integer("d"), vectors = given.integer("vectors");
  require(0 <= which && which < kCloudOperators && 0 <= metric && metric < kPointMetrics, "operator, metric");
  require(n > 0 && m > 0 && d > 0 && vectors >= 0, "n, m, d, vectors");
  const double of_x = static_cast<double>(n) * d, of_y = static_cast<double>(m) * d;
  require((static_cast<double>(m) + 128) * (static_cast<double>(d) * 2 + vectors + 2) < kMostNumbers, "m, d, vectors");
  CloudOperation operation{};
  operation.which = static_cast<CloudOperator>(which);
  operation.metric = static_cast<PointMetric>(metric);
  operation.n = static_cast<std::size_t>(n);
  operation.m = static_cast<std::size_t>(m);
  operation.d = static_cast<std::size_t>(d);
  operation.factor = given.number("factor");
  operation.x = given.array<double>("x", of_x);
  operation.y = given.array<double>("y", of_y);
  operation.inverse = given.number("inverse");
  operation.values = given.array<double>("values", m);
  double outputs = n;
  if (operation.which == CloudOperator::kPlanApply || operation.which == CloudOperator::kPlanReduce) {
    operation.u = given.array<double>("u", n);
  }
  if (operation.which == CloudOperator::kPlanApply) {
    operation.vectors = static_cast<std::size_t>(vectors);
    operation.z = given.array<double>("z", static_cast<double>(vectors) * m);
    outputs = static_cast<double>(vectors) * n;
  }
  if (operation.which == CloudOperator::kPlanReduce) {
    CloudWeights& weights = operation.weights;
    weights.alpha = given.optional<double>("alpha", n);
    weights.beta = given.optional<double>("beta", m);
    weights.along_x = given.optional<double>("alongX", of_x);
    weights.along_y = given.optional<double>("alongY", of_y);
    require((weights.along_x == nullptr) == (weights.along_y == nullptr), "alongX, alongY");
    weights.gamma = given.number("gamma");
    weights.delta = given.number("delta");
    weights.curvature = given.number("curvature");
    weights.slopes = given.optional<double>("slopes", of_x);
  }
  operation.out = given.array<double>("out", outputs);
  run_cloud_operation(operation, thread_pool());
}

}  // namespace

void add_cloud(Napi::Object exports) { add_function<run>(exports, "applyCloud"); }

}  // namespace otlearn
