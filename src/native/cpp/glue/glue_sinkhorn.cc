#include <algorithm>
#include <cmath>
#include <memory>

#include "glue/glue.h"
#include "sinkhorn/grid/sinkhorn_batch.h"
#include "sinkhorn/dense/sinkhorn_dense_plan.h"
#include "base/thread_pool.h"

namespace otlearn {
namespace {

// Products of sizes below this do not overflow, padding and 8 bytes a number included.
constexpr double kMostNumbers = 1e14;

// sizes and spacings along the axes; C = sum of squared distances.
SinkhornGrid read_grid(napi_env env, napi_value given, double epsilon) {
  const napi_value sizes = property(env, given, "size"), spacings = property(env, given, "spacing");
  uint32_t axes = 0, same = 0;
  require(napi_get_array_length(env, sizes, &axes) == napi_ok && napi_get_array_length(env, spacings, &same) == napi_ok, "size");
  require(axes >= 1 && axes <= 3 && axes == same, "size");
  SinkhornGrid grid;
  grid.epsilon = epsilon;
  for (uint32_t k = 0; k < axes; ++k) {
    napi_value size, spacing;
    int32_t extent = 0;
    double step = 0;
    require(napi_get_element(env, sizes, k, &size) == napi_ok && napi_get_value_int32(env, size, &extent) == napi_ok, "size");
    require(napi_get_element(env, spacings, k, &spacing) == napi_ok && napi_get_value_double(env, spacing, &step) == napi_ok,
            "spacing");
    require(extent > 0 && extent < kMostNumbers && step > 0, "size");
    grid.size.push_back(extent);
    std::vector<double> exponents;
    for (int d = 0; d < extent; ++d) exponents.push_back(d * step * d * step / epsilon);
    grid.exponents.push_back(std::move(exponents));
  }
  return grid;
}

napi_value write_report(napi_env env, const SinkhornReport& report) {
  static const char* const kStatus[] = {"converged", "max-iterations", "non-finite"};
  napi_value result, status, iterations, domain, errors;
  napi_create_object(env, &result);
  napi_create_string_utf8(env, kStatus[static_cast<int>(report.status)], NAPI_AUTO_LENGTH, &status);
  napi_create_int32(env, report.iterations, &iterations);
  napi_create_string_utf8(env, report.log_domain ? "log" : "scaling", NAPI_AUTO_LENGTH, &domain);
  napi_create_array_with_length(env, report.errors.size(), &errors);
  for (std::size_t i = 0; i < report.errors.size(); ++i) {
    napi_value error;
    napi_create_double(env, report.errors[i], &error);
    napi_set_element(env, errors, static_cast<uint32_t>(i), error);
  }
  napi_set_named_property(env, result, "status", status);
  napi_set_named_property(env, result, "iterations", iterations);
  napi_set_named_property(env, result, "domain", domain);
  napi_set_named_property(env, result, "errors", errors);
  return result;
}

// What a batch of either geometry has; n and m numbers a pair on its two sides.
SinkhornBatch read_batch(napi_env env, napi_value given, double n, double m) {
  SinkhornBatch batch;
  batch.pairs = integer(env, given, "pairs");
  batch.iterations = integer(env, given, "iterations");
  batch.check_every = integer(env, given, "checkEvery");
  batch.tolerance = number(env, given, "tolerance");
  batch.momentum = number(env, given, "momentum");
  batch.domain = static_cast<SinkhornDomain>(std::clamp(integer(env, given, "domain"), 0, 2));
  batch.output = static_cast<SinkhornOutput>(std::clamp(integer(env, given, "output"), 0, 1));
  batch.symmetric = flag(env, given, "symmetric");
  require(batch.pairs >= 0 && batch.iterations > 0 && batch.check_every >= 0, "pairs, iterations, checkEvery");
  require(batch.momentum > 0 && batch.momentum < 2, "momentum");
  require(batch.pairs * n < kMostNumbers && batch.pairs * m < kMostNumbers, "size: beyond any memory");
  if (batch.pairs == 0) return batch;
  const auto tensor = [&](const char* name, double numbers) {
    return elements<float>(env, property(env, given, name), napi_float32_array, static_cast<std::size_t>(batch.pairs * numbers),
                           name);
  };
  batch.a = tensor("a", n);
  batch.b = tensor("b", m);
  batch.start = tensor("start", m);
  batch.f = tensor("f", n);
  batch.g = tensor("g", m);
  require(batch.a && batch.b && batch.f && (batch.g || batch.symmetric), "a, b, f and g are required");
  require(!batch.symmetric || n == m, "symmetric: as many points on both sides");
  require(!batch.symmetric || batch.output == SinkhornOutput::kKlPotentials, "symmetric: KL potentials only");
  return batch;
}

double read_epsilon(napi_env env, napi_value given) {
  const double epsilon = number(env, given, "epsilon");
  require(epsilon > 0 && std::isfinite(epsilon), "epsilon");
  return epsilon;
}

// sinkhornOnGrid(problem)
napi_value run_on_grid(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const SinkhornGrid grid = read_grid(env, arguments[0], read_epsilon(env, arguments[0]));
    double points = 1;
    for (const int extent : grid.size) points *= extent;
    require(points < kMostNumbers, "size: beyond any memory");
    const SinkhornBatch batch = read_batch(env, arguments[0], points, points);
    return write_report(env, sinkhorn_on_grid(grid, batch, thread_pool()));
  });
}

// The garbage collector is told of a plan's memory, or it would let plans pile up.
void tell_memory(napi_env env, double bytes) {
  int64_t total;
  napi_adjust_external_memory(env, static_cast<int64_t>(bytes), &total);
}

void free_dense(napi_env env, void* data, void*) {
  auto* const plan = static_cast<DensePlan*>(data);
  tell_memory(env, -static_cast<double>(plan->bytes()));
  delete plan;
}

// createDenseCost({n, m, epsilon, largest}): undefined where C / epsilon is beyond the engines.
napi_value create_dense(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) -> napi_value {
    const napi_value given = arguments[0];
    const int n = integer(env, given, "n"), m = integer(env, given, "m");
    require(n > 0 && m > 0 && static_cast<double>(n) * m < kMostNumbers, "n and m");
    const double epsilon = read_epsilon(env, given);
    if (!(number(env, given, "largest") < DensePlan::kLargestRatio * epsilon)) return nullptr;
    auto made = std::make_unique<DensePlan>(n, m, epsilon);
    napi_value result;
    napi_create_external(env, made.get(), free_dense, nullptr, &result);
    made.release();
    return result;
  });
}

// sinkhornOnDense(problem): problem.plan is what createDenseCost gave, problem.cost C [n, m].
napi_value run_on_dense(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const napi_value given = arguments[0];
    void* data = nullptr;
    require(napi_get_value_external(env, property(env, given, "plan"), &data) == napi_ok && data, "plan");
    DensePlan& plan = *static_cast<DensePlan*>(data);
    const auto entries = static_cast<std::size_t>(plan.n()) * plan.m();
    const auto* cost = elements<double>(env, property(env, given, "cost"), napi_float64_array, entries, "cost");
    require(cost != nullptr, "cost");
    const auto n = static_cast<double>(plan.n()), m = static_cast<double>(plan.m());
    const SinkhornBatch batch = read_batch(env, given, n, m);
    const std::size_t before = plan.bytes();
    const SinkhornReport report = plan.solve(cost, batch, thread_pool());
    tell_memory(env, static_cast<double>(plan.bytes() - before));
    return write_report(env, report);
  });
}

}  // namespace

void add_sinkhorn(napi_env env, napi_value exports) {
  add_function(env, exports, "sinkhornOnGrid", run_on_grid);
  add_function(env, exports, "createDenseCost", create_dense);
  add_function(env, exports, "sinkhornOnDense", run_on_dense);
}

}  // namespace otlearn
