#include "barycenter/barycenter_plan.h"

#include <algorithm>
#include <numeric>

#include "isa/kernels.h"
#include "base/thread_pool.h"

namespace otlearn {
namespace {

// Points are summed in this many groups, each in order, whatever the number of threads: sums come out the same.
constexpr int kGroups = 16;

BarycenterProblem problem_of(const PlanSettings& s, bool wide) {
  return {s.depth.in(wide),
          s.down.in(wide),
          s.across.in(wide),
          s.atoms,
          s.iterations,
          s.exponents,
          s.kept_bytes / static_cast<std::size_t>(thread_pool().threads())};
}

}  // namespace

BarycenterPlan::BarycenterPlan(PlanSettings settings) : settings_(std::move(settings)) {}

void BarycenterPlan::run(const PlanBatch& batch) {
  if (batch.gradient_atoms) std::fill_n(batch.gradient_atoms, atoms() * pixels(), 0.0);
  std::vector<int> points(batch.points);
  std::iota(points.begin(), points.end(), 0);
  try {
    run_points(float32_, batch, points);
    points.erase(std::remove_if(points.begin(), points.end(), [&](int point) { return batch.done[point] != 0; }), points.end());
    if (!points.empty()) run_points(float64_, batch, points);
  } catch (...) {  // out of memory: an engine may hold half a gradient
    float32_.engine.reset();
    float64_.engine.reset();
    throw;
  }
}

void BarycenterPlan::run_points(Engine& which, const PlanBatch& batch, const std::vector<int>& points) {
  if (!which.engine) {
    const EngineFactory make = which.wide ? kernels().barycenter_float64 : kernels().barycenter_float32;
    which.engine.reset(make(problem_of(settings_, which.wide)));
  }
  BarycenterEngine& engine = *which.engine;
  ThreadPool& pool = thread_pool();
  const int count = static_cast<int>(points.size()), groups = std::min(kGroups, count);
  const std::size_t n = pixels(), s = atoms(), scalings = sides() * s * n;
  engine.begin(pool.threads(), groups, !batch.start);
  pool.run(settings_.atoms, [&](int worker, int atom) { engine.set_atom(worker, atom, batch.atoms + atom * n); });
  pool.run(groups, [&](int worker, int group) {
    for (int i = group; i < count; i += groups) {
      const int point = points[i];
      const auto at = [point](auto* array, std::size_t stride) { return array ? array + point * stride : nullptr; };
      const BarycenterPoint one{at(batch.weights, s),     at(batch.start, scalings), at(batch.targets, n),
                                batch.loss,               at(batch.barycenters, n), at(batch.log_scalings, scalings),
                                at(batch.losses, 1),      at(batch.gradient_weights, s)};
      batch.done[point] = engine.run(worker, group, one) ? 1 : 0;
    }
  });
  if (!batch.targets) return;
  pool.run(settings_.atoms, [&](int worker, int atom) { engine.add_gradient(worker, atom, batch.gradient_atoms + atom * n); });
}

}  // namespace otlearn
