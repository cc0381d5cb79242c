#include "sinkhorn_batch.h"

#include <algorithm>
#include <memory>

#include "kernels.h"
#include "sinkhorn_tally.h"
#include "thread_pool.h"

namespace otlearn {
namespace {

std::size_t points_of(const SinkhornGrid& grid) {
  std::size_t points = 1;
  for (const int extent : grid.size) points *= static_cast<std::size_t>(extent);
  return points;
}

// The engines of one thread, made when needed.
class Worker {
 public:
  Worker(const SinkhornGrid& grid, const SinkhornBatch& batch, SinkhornTally& tally)
      : grid_(grid), batch_(batch), tally_(tally), points_(points_of(grid)) {}

  void run(int index) {
    const std::size_t at = static_cast<std::size_t>(index) * points_;
    const SinkhornPair pair{batch_.a + at, batch_.b + at, batch_.start ? batch_.start + at : nullptr};
    rule_.momentum = batch_.momentum;
    rule_.symmetric = batch_.symmetric;
    rule_.everywhere = batch_.output == SinkhornOutput::kKlPotentials;
    rule_.unchecked = batch_.domain == SinkhornDomain::kScaling;
    float* const g = batch_.g ? batch_.g + at : nullptr;
    solve(pair, batch_.f + at, g);
  }

 private:
  SinkhornEngine& scaling() {
    if (!scaling_) scaling_.reset(kernels().sinkhorn_scaling(grid_));
    return *scaling_;
  }
  SinkhornEngine& log() {
    if (!log_) log_.reset(kernels().sinkhorn_log(grid_));
    tally_.use_log_domain();
    return *log_;
  }

  void solve(const SinkhornPair& pair, float* f, float* g) {
    SinkhornEngine* engine = nullptr;
    if (batch_.domain != SinkhornDomain::kLog && scaling().begin(pair, rule_)) engine = scaling_.get();
    if (!engine) (engine = &log())->begin(pair, rule_);
    SinkhornTally::Pair end;
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
      if (batch_.check_every > 0) tally_.test(engine->violation(), batch_.tolerance, end);
    }
    if (batch_.output == SinkhornOutput::kKlPotentials) engine->kl_potentials(f, g);
    else engine->potentials(f, g);
    tally_.end(end);
  }

  const SinkhornGrid& grid_;
  const SinkhornBatch& batch_;
  SinkhornTally& tally_;
  const std::size_t points_;
  SinkhornRule rule_;
  SinkhornState state_;
  std::unique_ptr<SinkhornEngine> scaling_, log_;
};

}  // namespace

SinkhornReport sinkhorn_on_grid(const SinkhornGrid& grid, const SinkhornBatch& batch, ThreadPool& pool) {
  std::vector<std::unique_ptr<Worker>> workers(pool.threads());
  std::vector<SinkhornTally> tallies(workers.size());
  pool.run(batch.pairs, [&](int worker, int index) {
    if (!workers[worker]) workers[worker] = std::make_unique<Worker>(grid, batch, tallies[worker]);
    workers[worker]->run(index);
  });
  return SinkhornTally::report(tallies, batch);
}

}  // namespace otlearn
