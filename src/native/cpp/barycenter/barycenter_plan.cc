#include "barycenter/barycenter_plan.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

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
          s.debiased,
          s.kept_bytes / static_cast<std::size_t>(thread_pool().threads()),
          s.dense ? cost : nullptr,
          s.epsilon,
          s.cost_is_symmetric};
}

class Seconds {
 public:
  double passed() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace

BarycenterPlan::BarycenterPlan(PlanSettings settings) : settings_(std::move(settings)) {}

void BarycenterPlan::run(const PlanBatch& batch) {
  begin(batch);
  while (!advance(batch, std::numeric_limits<double>::infinity())) {
  }
}

void BarycenterPlan::begin(const PlanBatch& batch) {
  current_ = nullptr;
  begun_ = batch.points;
  if (batch.gradient_atoms) std::fill_n(batch.gradient_atoms, atoms() * pixels(), 0.0);
}

bool BarycenterPlan::advance(const PlanBatch& batch, double seconds) {
  const Seconds started;
  if (batch.points != begun_) throw std::invalid_argument("points: not those of the batch that was begun");
  try {
    if (!current_) {
      std::vector<int> all(batch.points);
      std::iota(all.begin(), all.end(), 0);
      begin_points(settings_.wide ? float64_ : float32_, batch, std::move(all));
    }
    for (bool has_run = false;;) {
      while (next_ < static_cast<int>(points_.size())) {
        if (has_run && started.passed() >= seconds) return false;
        has_run = true;
        run_points(batch, next_, std::min(next_ + piece(seconds - started.passed()), static_cast<int>(points_.size())));
      }
      finish_points(batch);
      points_.erase(std::remove_if(points_.begin(), points_.end(), [&](int point) { return batch.done[point] != 0; }),
                    points_.end());
      if (current_ == &float64_ || points_.empty()) return true;
      begin_points(float64_, batch, std::move(points_));
    }
  } catch (...) {  // out of memory: an engine may hold half a gradient
    float32_.engine.reset();
    float64_.engine.reset();
    current_ = nullptr;
    throw;
  }
}

// Points that fit into the time, as far as is known; rounds of all threads.
int BarycenterPlan::piece(double seconds) const {
  const int round = thread_pool().threads() * current_->engine->together();
  if (current_->point_seconds <= 0) return std::isinf(seconds) ? std::numeric_limits<int>::max() / 2 : round;
  const double rounds = std::floor(seconds / (current_->point_seconds * round));
  return static_cast<int>(std::clamp(rounds * round, 1.0 * round, 1e9));
}

void BarycenterPlan::begin_points(Engine& which, const PlanBatch& batch, std::vector<int> points) {
  ThreadPool& pool = thread_pool();
  if (!which.engine) {
    const BarycenterProblem problem = problem_of(settings_, batch.cost, which.wide);
    which.engine = which.wide ? make_engine64(problem) : make_engine32(problem);
    pool.run(which.engine->kernel_parts(), [&](int, int part) { which.engine->make_kernel_part(part); });
    which.engine->finish_kernel();
  }
  current_ = &which;
  points_ = std::move(points);
  next_ = 0;
  const std::size_t n = pixels();
  which.engine->begin(pool.threads(), groups(), !batch.start && !batch.wide_start);
  pool.run(settings_.atoms, [&](int worker, int atom) { which.engine->set_atom(worker, atom, batch.atoms + atom * n); });
}

int BarycenterPlan::groups() const { return std::min(kGroups, static_cast<int>(points_.size())); }

void BarycenterPlan::run_points(const PlanBatch& batch, int begin, int end) {
  const Seconds started;
  ThreadPool& pool = thread_pool();
  BarycenterEngine& engine = *current_->engine;
  const std::size_t n = pixels(), s = atoms(), scalings = this->scalings() * n;
  // Where points go through the kernel together, a thread takes several groups, else one after the other.
  const int lots = engine.together() > 1 ? std::min(groups(), pool.threads()) : groups();
  pool.run(lots, [&](int worker, int lot) {
    std::vector<BarycenterPoint> mine;
    for (int i = begin; i < end; ++i) {
      const int point = points_[i], group = i % groups();
      if (group % lots != lot) continue;
      const auto at = [point](auto* array, std::size_t stride) { return array ? array + point * stride : nullptr; };
      mine.push_back({at(batch.weights, s), at(batch.start, scalings), at(batch.wide_start, scalings), at(batch.targets, n),
                      batch.loss, at(batch.barycenters, n), at(batch.log_scalings, scalings),
                      at(batch.wide_log_scalings, scalings), at(batch.losses, 1), at(batch.gradient_weights, s), group,
                      at(batch.errors, 1), batch.tolerance, at(batch.iterations_done, 1), batch.done + point});
    }
    const int left = static_cast<int>(mine.size()), turns = (left + engine.together() - 1) / engine.together();
    for (int turn = 0; turn < turns; ++turn) {  // of equal size
      const int first = left * turn / turns, last = left * (turn + 1) / turns;
      engine.run(worker, mine.data() + first, last - first);
    }
  });
  next_ = end;
  current_->point_seconds = started.passed() / (end - begin);
}

void BarycenterPlan::finish_points(const PlanBatch& batch) {
  if (!batch.targets) return;
  const std::size_t n = pixels();
  thread_pool().run(settings_.atoms, [&](int worker, int atom) {
    current_->engine->add_gradient(worker, atom, batch.gradient_atoms + atom * n);
  });
}

}  // namespace otlearn
