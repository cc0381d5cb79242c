#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "base/thread_pool.h"
#include "glue/glue.h"
#include "sinkhorn/dense/sinkhorn_dense_plan.h"
#include "sinkhorn/grid/gaussian_start.h"
#include "sinkhorn/grid/sinkhorn_batch.h"

namespace otlearn {
namespace {

constexpr napi_type_tag kDenseCost = {0x6f746c6561726e00, 4};

double read_epsilon(const Arguments& given) {
  const double epsilon = given.number("epsilon");
  require(epsilon > 0 && std::isfinite(epsilon), "epsilon");
  return epsilon;
}

// One to three positive numbers, one an axis.
std::vector<double> axes(const Arguments& given, const char* name) {
  require(given[name].IsArray(), name);
  const auto array = given[name].As<Napi::Array>();
  require(array.Length() >= 1 && array.Length() <= 3, name);
  std::vector<double> result;
  for (std::uint32_t k = 0; k < array.Length(); ++k) {
    const Napi::Value value = array[k];
    require(value.IsNumber(), name);
    result.push_back(value.As<Napi::Number>());
    require(result.back() > 0, name);
  }
  return result;
}

// The grid and its number of points; C = sum of squared distances.
std::pair<SinkhornGrid, double> read_grid(const Arguments& given) {
  const std::vector<double> sizes = axes(given, "size"), spacings = axes(given, "spacing");
  require(sizes.size() == spacings.size(), "size and spacing: as many axes");
  SinkhornGrid grid;
  grid.epsilon = read_epsilon(given);
  double points = 1;
  for (const double size : sizes) points *= size;
  require(points < kMostNumbers && *std::max_element(sizes.begin(), sizes.end()) < 1 << 30, "size: beyond any memory");
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    grid.size.push_back(static_cast<int>(sizes[k]));
    std::vector<double> exponents;
    for (int d = 0; d < grid.size[k]; ++d) exponents.push_back(d * spacings[k] * d * spacings[k] / grid.epsilon);
    grid.exponents.push_back(std::move(exponents));
  }
  require(*std::min_element(grid.size.begin(), grid.size.end()) > 0, "size");
  return {std::move(grid), points};
}

// The penalty of a side; without one its marginal is exact.
double read_rho(const Arguments& given, const char* name) {
  if (given[name].IsUndefined()) return std::numeric_limits<double>::infinity();
  const double rho = given.number(name);
  require(rho > 0, name);
  return rho;
}

// What a batch of either geometry has; n and m numbers a pair on its two sides.
SinkhornBatch read_batch(const Arguments& given, double n, double m) {
  SinkhornBatch batch;
  batch.pairs = given.integer("pairs");
  batch.iterations = given.integer("iterations");
  batch.check_every = given.integer("checkEvery");
  batch.tolerance = given.number("tolerance");
  batch.momentum = given.number("momentum");
  batch.domain = static_cast<SinkhornDomain>(std::clamp(given.integer("domain"), 0, 2));
  batch.output = static_cast<SinkhornOutput>(std::clamp(given.integer("output"), 0, 1));
  batch.symmetric = given.flag("symmetric");
  batch.rho[0] = read_rho(given, "rhoA");
  batch.rho[1] = read_rho(given, "rhoB");
  require(batch.pairs >= 0 && batch.iterations > 0 && batch.check_every >= 0, "pairs, iterations, checkEvery");
  require(batch.momentum > 0 && batch.momentum < 2, "momentum");
  require(batch.pairs * n < kMostNumbers && batch.pairs * m < kMostNumbers, "size: beyond any memory");
  require(!batch.symmetric || n == m, "symmetric: as many points on both sides");
  require(!batch.symmetric || batch.output == SinkhornOutput::kKlPotentials, "symmetric: KL potentials only");
  if (batch.pairs == 0) return batch;
  batch.a = given.array<float>("a", batch.pairs * n);
  batch.b = given.array<float>("b", batch.pairs * m);
  batch.start = given.optional<float>("start", batch.pairs * m);
  batch.f = given.array<float>("f", batch.pairs * n);
  batch.g = given.optional<float>("g", batch.pairs * m);
  require(batch.g || batch.symmetric, "g");
  return batch;
}

Napi::Value written(Napi::Env env, const SinkhornReport& report) {
  static const char* const kStatus[] = {"converged", "max-iterations", "non-finite"};
  auto errors = Napi::Array::New(env, report.errors.size());
  for (std::size_t k = 0; k < report.errors.size(); ++k) errors[static_cast<std::uint32_t>(k)] = report.errors[k];
  auto result = Napi::Object::New(env);
  result["status"] = kStatus[static_cast<int>(report.status)];
  result["iterations"] = report.iterations;
  result["domain"] = report.log_domain ? "log" : "scaling";
  result["errors"] = errors;
  return result;
}

// sinkhornOnGrid(problem): GridSinkhornProblem of src/native/sinkhorn.ts
Napi::Value run_on_grid(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const auto [grid, points] = read_grid(given);
  return written(info.Env(), sinkhorn_on_grid(grid, read_batch(given, points, points), thread_pool()));
}

// gaussianPotentialsOnGrid({size, spacing, pairs, a, b, g})
void run_gaussian(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const std::vector<double> size = axes(given, "size"), spacing = axes(given, "spacing");
  require(size.size() == 2 && spacing.size() == 2, "size and spacing: two axes");
  const int pairs = given.integer("pairs");
  require(pairs >= 0 && size[0] >= 1 && size[1] >= 1, "pairs, size");
  const double height = std::floor(size[0]), width = std::floor(size[1]), numbers = pairs * height * width;
  require(numbers < kMostNumbers, "size: beyond any memory");
  if (pairs == 0) return;
  const ImagePairs images{static_cast<std::size_t>(height),  static_cast<std::size_t>(width),  {spacing[0], spacing[1]}, pairs,
                          given.array<double>("a", numbers), given.array<double>("b", numbers)};
  gaussian_potentials(images, given.array<float>("g", numbers), thread_pool());
}

// The garbage collector is told of a plan's memory, or it would let plans pile up.
void tell_memory(Napi::Env env, double bytes) {
  Napi::MemoryManagement::AdjustExternalMemory(env, static_cast<std::int64_t>(bytes));
}

// createDenseCost({n, m, epsilon, largest}): undefined where C / epsilon is beyond the engines.
Napi::Value create_dense(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const int n = given.integer("n"), m = given.integer("m");
  require(n > 0 && m > 0 && static_cast<double>(n) * m < kMostNumbers, "n and m");
  const double epsilon = read_epsilon(given);
  if (!(given.number("largest") < DensePlan::kLargestRatio * epsilon)) return info.Env().Undefined();
  return handed_over(info.Env(), std::make_unique<DensePlan>(n, m, epsilon), kDenseCost,
                     [](Napi::Env env, DensePlan& plan) { tell_memory(env, -static_cast<double>(plan.bytes())); });
}

// sinkhornOnDense(problem): problem.plan is what createDenseCost gave, problem.cost C [n, m].
Napi::Value run_on_dense(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  auto& plan = held<DensePlan>(given["plan"], kDenseCost, "plan");
  const auto n = static_cast<double>(plan.n()), m = static_cast<double>(plan.m());
  const double* const cost = given.array<double>("cost", n * m);
  const SinkhornBatch batch = read_batch(given, n, m);
  const std::size_t before = plan.bytes();
  const SinkhornReport report = plan.solve(cost, batch, thread_pool());
  tell_memory(info.Env(), static_cast<double>(plan.bytes() - before));
  return written(info.Env(), report);
}

}  // namespace

void add_sinkhorn(Napi::Object exports) {
  add_function<run_on_grid>(exports, "sinkhornOnGrid");
  add_function<run_gaussian>(exports, "gaussianPotentialsOnGrid");
  add_function<create_dense>(exports, "createDenseCost");
  add_function<run_on_dense>(exports, "sinkhornOnDense");
}

}  // namespace otlearn
