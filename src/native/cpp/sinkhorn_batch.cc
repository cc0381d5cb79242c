#include "sinkhorn_batch.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "kernels.h"
#include "thread_pool.h"

namespace otlearn {
namespace {

std::size_t points_of(const SinkhornGrid& grid) {
  std::size_t points = 1;
  for (const int extent : grid.size) points *= static_cast<std::size_t>(extent);
  return points;
}

// How many pairs share registers, one a lane: those on one axis, which otherwise is alone in its registers, and those of small
// images, if the second cache holds them. Tests would end some pairs before others; then each runs by itself.
int pairs_side_by_side(const SinkhornGrid& grid, const SinkhornBatch& batch) {
  constexpr std::size_t kCacheBytes = std::size_t(1) << 19, kImages = 4;  // two of masses, the image, products
  const int lanes = kernels().lanes;
  if (batch.check_every > 0 || batch.domain == SinkhornDomain::kLog) return 1;
  const bool fits = kImages * points_of(grid) * lanes * sizeof(float) <= kCacheBytes;
  return grid.size.size() == 1 || (fits && 2 * batch.pairs >= lanes) ? lanes : 1;
}

// The engines of one thread, made when needed, and what its pairs reported.
class Worker {
 public:
  Worker(const SinkhornGrid& grid, const SinkhornBatch& batch) : grid_(grid), batch_(batch), points_(points_of(grid)) {
    rule_.momentum = batch.momentum;
    rule_.symmetric = batch.symmetric;
    rule_.everywhere = batch.output == SinkhornOutput::kKlPotentials;
    rule_.unchecked = batch.domain == SinkhornDomain::kScaling;
  }

  void run(int first, int count) {
    if (count > 1 && solve_side_by_side(first, count)) return;
    for (int index = first; index < first + count; ++index) solve(pairs_from(index, 1), f_from(index), g_from(index));
  }

  struct Pair {
    SinkhornStatus status = SinkhornStatus::kMaxIterations;
    int iterations = 0;
    std::size_t tests = 0;
    double error = 0;
  };

  // The largest error at each test among the pairs that ran that long; and each pair's end.
  std::vector<double> errors;
  std::vector<Pair> pairs;
  bool log_domain = false;

 private:
  SinkhornEngine& scaling() {
    if (!scaling_) scaling_.reset(kernels().sinkhorn_scaling(grid_));
    return *scaling_;
  }
  SinkhornEngine& log() {
    if (!log_) log_.reset(kernels().sinkhorn_log(grid_));
    log_domain = true;
    return *log_;
  }

  SinkhornPair pairs_from(int index, int count) const {
    const std::size_t at = static_cast<std::size_t>(index) * points_;
    return {batch_.a + at, batch_.b + at, batch_.start ? batch_.start + at : nullptr, count};
  }
  float* f_from(int index) const { return batch_.f + static_cast<std::size_t>(index) * points_; }
  float* g_from(int index) const { return batch_.g ? batch_.g + static_cast<std::size_t>(index) * points_ : nullptr; }

  // False where the scalings of one of them leave the range: then each has to run by itself.
  bool solve_side_by_side(int first, int count) {
    if (!lanes_) lanes_.reset(kernels().sinkhorn_lanes(grid_));
    if (!lanes_->begin(pairs_from(first, count), rule_) || !lanes_->advance(batch_.iterations)) return false;
    write(*lanes_, f_from(first), g_from(first));
    Pair end;
    end.iterations = batch_.iterations;
    pairs.insert(pairs.end(), count, end);
    return true;
  }

  void write(SinkhornEngine& engine, float* f, float* g) const {
    if (batch_.output == SinkhornOutput::kKlPotentials) engine.kl_potentials(f, g);
    else engine.potentials(f, g);
  }

  void solve(const SinkhornPair& pair, float* f, float* g) {
    SinkhornEngine* engine = nullptr;
    if (batch_.domain != SinkhornDomain::kLog && scaling().begin(pair, rule_)) engine = scaling_.get();
    if (!engine) (engine = &log())->begin(pair, rule_);
    Pair end;
    const int step = batch_.check_every > 0 ? batch_.check_every : batch_.iterations;
    while (end.iterations < batch_.iterations && end.status == SinkhornStatus::kMaxIterations) {
      const int count = std::min(step, batch_.iterations - end.iterations);
      if (!engine->advance(count)) {
        engine->read(state_);
        engine = &log();
        engine->resume(pair, rule_, state_);
        engine->advance(count);
      }
      end.iterations += count;
      if (batch_.check_every > 0) test(engine->violation(), end);
    }
    write(*engine, f, g);
    pairs.push_back(end);
  }

  void test(double error, Pair& end) {
    if (errors.size() == end.tests) errors.push_back(error);
    errors[end.tests] = std::isfinite(error) ? std::max(errors[end.tests], error) : error;
    ++end.tests;
    end.error = error;
    if (!std::isfinite(error)) end.status = SinkhornStatus::kNonFinite;
    else if (error <= batch_.tolerance) end.status = SinkhornStatus::kConverged;
  }

  const SinkhornGrid& grid_;
  const SinkhornBatch& batch_;
  const std::size_t points_;
  SinkhornRule rule_;
  SinkhornState state_;
  std::unique_ptr<SinkhornEngine> scaling_, lanes_, log_;
};

// A pair that has ended keeps its last error in the tests that follow; the tests end with the first that is not finite.
SinkhornReport summary(const std::vector<std::unique_ptr<Worker>>& workers, const SinkhornBatch& batch) {
  SinkhornReport report;
  report.status = batch.pairs > 0 && batch.check_every == 0 ? SinkhornStatus::kMaxIterations : SinkhornStatus::kConverged;
  for (const auto& worker : workers) {
    if (!worker) continue;
    report.log_domain = report.log_domain || worker->log_domain;
    report.errors.resize(std::max(report.errors.size(), worker->errors.size()), 0.0);
  }
  const auto join = [&](std::size_t test, double error) {
    double& joint = report.errors[test];
    joint = std::isfinite(joint) && std::isfinite(error) ? std::max(joint, error) : std::isfinite(joint) ? error : joint;
  };
  for (const auto& worker : workers) {
    if (!worker) continue;
    for (std::size_t test = 0; test < worker->errors.size(); ++test) join(test, worker->errors[test]);
    for (const Worker::Pair& pair : worker->pairs) {
      report.iterations = std::max(report.iterations, pair.iterations);
      report.status = std::max(report.status, pair.status);
      for (std::size_t test = pair.tests; test > 0 && test < report.errors.size(); ++test) join(test, pair.error);
    }
  }
  const auto first = std::find_if(report.errors.begin(), report.errors.end(), [](double error) { return !std::isfinite(error); });
  if (first != report.errors.end()) {
    report.errors.erase(first + 1, report.errors.end());
    report.iterations = std::min<int>(report.iterations, static_cast<int>(report.errors.size()) * batch.check_every);
  }
  return report;
}

}  // namespace

SinkhornReport sinkhorn_on_grid(const SinkhornGrid& grid, const SinkhornBatch& batch, ThreadPool& pool) {
  std::vector<std::unique_ptr<Worker>> workers(pool.threads());
  const int block = pairs_side_by_side(grid, batch);
  pool.run((batch.pairs + block - 1) / block, [&](int worker, int index) {
    if (!workers[worker]) workers[worker] = std::make_unique<Worker>(grid, batch);
    workers[worker]->run(index * block, std::min(block, batch.pairs - index * block));
  });
  return summary(workers, batch);
}

}  // namespace otlearn
