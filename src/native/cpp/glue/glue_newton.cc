#include <cmath>
#include <vector>

#include "base/thread_pool.h"
#include "glue/glue.h"
#include "host/dense_operator.h"
#include "newton/newton.h"

namespace otlearn {
namespace {

// What a batch of either geometry has; n and m numbers a pair on its two sides.
NewtonBatch read_batch(const Arguments& given, double n, double m) {
  NewtonBatch batch{};
  batch.pairs = given.integer("pairs");
  batch.tolerance = given.number("tolerance");
  batch.products = given.integer("products");
  require(batch.pairs >= 0 && batch.products > 0, "pairs, products");
  require(batch.pairs * n < kMostNumbers && batch.pairs * m < kMostNumbers, "size: beyond any memory");
  batch.n = static_cast<std::size_t>(n);
  batch.m = static_cast<std::size_t>(m);
  batch.a = given.array<double>("a", batch.pairs * n);
  batch.b = given.array<double>("b", batch.pairs * m);
  batch.log_u = given.array<double>("logU", batch.pairs * n);
  batch.log_v = given.array<double>("logV", batch.pairs * m);
  batch.errors = given.array<double>("errors", batch.pairs);
  batch.taken = given.array<std::int32_t>("taken", batch.pairs);
  return batch;
}

// newtonOnGrid(problem): GridNewtonProblem of src/native/newton.ts
void run_on_grid(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const std::vector<std::ptrdiff_t> size = given.dimensions("size"), radius = given.dimensions("radius");
  require(!size.empty() && size.size() <= 3 && radius.size() == size.size(), "size, radius");
  double points = 1, lengths = 0;
  for (const std::ptrdiff_t extent : size) {
    require(extent > 0, "size");
    points *= static_cast<double>(extent);
    lengths += static_cast<double>(extent);
  }
  require(points * 8 < kMostNumbers, "size");
  const double *taps = given.array<double>("taps", lengths), *log_taps = given.array<double>("logTaps", lengths);
  std::vector<GridAxis> axes;
  for (std::size_t axis = 0; axis < size.size(); ++axis) {
    const auto length = static_cast<std::size_t>(size[axis]);
    axes.push_back({length, static_cast<std::size_t>(radius[axis]), taps, log_taps});
    taps += length;
    log_taps += length;
  }
  solve_by_newton(
      read_batch(given, points, points), [&] { return make_grid_gibbs(axes); }, thread_pool());
}

// newtonOnDense(problem): DenseNewtonProblem; the cost C is [n, m].
void run_on_dense(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const int n = given.integer("n"), m = given.integer("m");
  require(n > 0 && m > 0 && static_cast<double>(n) * m < kMostNumbers, "n and m");
  const double epsilon = given.number("epsilon");
  require(epsilon > 0 && std::isfinite(epsilon), "epsilon");
  const double* cost = given.array<double>("cost", static_cast<double>(n) * m);
  const NewtonBatch batch = read_batch(given, n, m);
  std::vector<double> gibbs(batch.n * batch.m);
  run_dense_operation({DenseOperator::kGibbs, batch.n, batch.m, cost, 1 / epsilon, nullptr, gibbs.data()}, thread_pool());
  solve_by_newton(
      batch, [&] { return make_dense_gibbs(batch.n, batch.m, cost, gibbs.data(), epsilon); }, thread_pool());
}

}  // namespace

void add_newton(Napi::Object exports) {
  add_function<run_on_grid>(exports, "newtonOnGrid");
  add_function<run_on_dense>(exports, "newtonOnDense");
}

}  // namespace otlearn
