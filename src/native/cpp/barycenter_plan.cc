#include "barycenter_plan.h"

#include <algorithm>

#include "kernels.h"
#include "thread_pool.h"

namespace otlearn {
namespace {

// Points are summed in this many groups, each in order, whatever the number of threads: sums come out the same.
constexpr int kGroups = 16;

BarycenterProblem problem_of(const PlanSettings& s, bool wide) {
  return {s.height,
          s.width,
          s.atoms,
          s.iterations,
          s.taps_vertical.data(),
          s.taps_horizontal.data(),
          wide ? s.radius64_vertical : s.radius32_vertical,
          wide ? s.radius64_horizontal : s.radius32_horizontal};
}

}  // namespace

BarycenterPlan::BarycenterPlan(PlanSettings settings) : settings_(std::move(settings)) {
  workers_.resize(thread_pool().threads());
}

void BarycenterPlan::run(const PlanBatch& batch) {
  try {
    run_points(batch);
  } catch (...) {  // out of memory: an engine may hold half a gradient
    for (Worker& worker : workers_) worker = Worker{};
    throw;
  }
}

void BarycenterPlan::run_points(const PlanBatch& batch) {
  const std::size_t size = atoms() * pixels();
  const int groups = std::min(kGroups, batch.points);
  for (Worker& worker : workers_) worker.atoms32 = worker.atoms64 = false;
  if (batch.targets) {
    group_gradients_.resize(groups);
    for (auto& gradient : group_gradients_) gradient.assign(size, 0.0);
  }
  thread_pool().run(groups, [&](int index, int group) {
    Worker& worker = workers_[index];
    for (int point = group; point < batch.points; point += groups) {
      batch.done[point] = run_point(worker, batch, point) ? 1 : 0;
    }
    if (!batch.targets) return;
    if (worker.float32) worker.float32->drain_gradient(group_gradients_[group].data());
    if (worker.float64) worker.float64->drain_gradient(group_gradients_[group].data());
  });
  if (!batch.targets) return;
  std::fill(batch.gradient_atoms, batch.gradient_atoms + size, 0.0);
  for (const auto& gradient : group_gradients_) {
    for (std::size_t i = 0; i < size; ++i) batch.gradient_atoms[i] += gradient[i];
  }
}

bool BarycenterPlan::run_point(Worker& worker, const PlanBatch& batch, int index) {
  const std::size_t n = pixels(), s = atoms();
  const auto at = [index](auto* array, std::size_t stride) { return array ? array + index * stride : nullptr; };
  const BarycenterPoint point{at(batch.weights, s),     at(batch.start, s * n),        at(batch.targets, n),
                              batch.loss,               at(batch.barycenters, n),      at(batch.log_scalings, s * n),
                              at(batch.losses, 1),      at(batch.gradient_weights, s)};
  const auto attempt = [&](std::unique_ptr<BarycenterEngine>& engine, bool& has_atoms, EngineFactory make, bool wide) {
    if (!engine) engine.reset(make(problem_of(settings_, wide)));
    if (!has_atoms) engine->set_atoms(batch.atoms);
    has_atoms = true;
    return engine->run(point);
  };
  return attempt(worker.float32, worker.atoms32, kernels().barycenter_float32, false) ||
         attempt(worker.float64, worker.atoms64, kernels().barycenter_float64, true);
}

}  // namespace otlearn
