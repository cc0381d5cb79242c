#include "barycenter/barycenter_plan.h"

#include <algorithm>
#include <numeric>

#include "base/thread_pool.h"

namespace otlearn {
namespace {

// Points are summed in this many groups, each in order, whatever the number of threads: sums come out the same.
constexpr int kGroups = 16;

BarycenterProblem problem_of(const PlanSettings& s, const double* cost, bool wide) {
  return {s.depth.in(wide),
          s.down.in(wide),
          s.across.in(wide),
          s.atoms,
          s.iterations,
          s.exponents,
          s.kept_bytes / static_cast<std::size_t>(thread_pool().threads()),
          s.dense ? cost : nullptr,
          s.epsilon,
          s.cost_is_symmetric};
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
  ThreadPool& pool = thread_pool();
  if (!which.engine) {
    const BarycenterProblem problem = problem_of(settings_, batch.cost, which.wide);
    which.engine = which.wide ? make_engine64(problem) : make_engine32(problem);
    pool.run(which.engine->kernel_parts(), [&](int, int part) { which.engine->make_kernel_part(part); });
    which.engine->finish_kernel();
  }
  BarycenterEngine& engine = *which.engine;
  const int count = static_cast<int>(points.size()), groups = std::min(kGroups, count);
  const std::size_t n = pixels(), s = atoms(), scalings = sides() * s * n;
  engine.begin(pool.threads(), groups, !batch.start);
  pool.run(settings_.atoms, [&](int worker, int atom) { engine.set_atom(worker, atom, batch.atoms + atom * n); });
  // Where points go through the kernel together, a thread takes several groups, else one after the other.
  const int lots = engine.together() > 1 ? std::min(groups, pool.threads()) : groups;
  pool.run(lots, [&](int worker, int lot) {
    std::vector<BarycenterPoint> mine;
    for (int i = 0; i < count; ++i) {
      const int point = points[i], group = i % groups;
      if (group % lots != lot) continue;
      const auto at = [point](auto* array, std::size_t stride) { return array ? array + point * stride : nullptr; };
      mine.push_back({at(batch.weights, s), at(batch.start, scalings), at(batch.targets, n), batch.loss,
                      at(batch.barycenters, n), at(batch.log_scalings, scalings), at(batch.losses, 1),
                      at(batch.gradient_weights, s), group, batch.done + point});
    }
    const int left = static_cast<int>(mine.size()), turns = (left + engine.together() - 1) / engine.together();
    for (int turn = 0; turn < turns; ++turn) {  // of equal size
      const int begin = left * turn / turns, end = left * (turn + 1) / turns;
      engine.run(worker, mine.data() + begin, end - begin);
    }
  });
  if (!batch.targets) return;
  pool.run(settings_.atoms, [&](int worker, int atom) { engine.add_gradient(worker, atom, batch.gradient_atoms + atom * n); });
}

}  // namespace otlearn
