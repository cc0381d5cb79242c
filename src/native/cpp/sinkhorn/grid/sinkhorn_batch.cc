#include "sinkhorn/grid/sinkhorn_batch.h"

#include <algorithm>
#include <memory>

#include "isa/kernels.h"
#include "sinkhorn/sinkhorn_tally.h"
#include "base/thread_pool.h"

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

// The engines of one thread, made when needed.
class Worker {
 public:
  Worker(const SinkhornGrid& grid, const SinkhornBatch& batch, SinkhornTally& tally)
      : grid_(grid), batch_(batch), tally_(tally), points_(points_of(grid)) {
    rule_.momentum = batch.momentum;
    rule_.symmetric = batch.symmetric;
    rule_.everywhere = batch.output == SinkhornOutput::kKlPotentials;
    rule_.unchecked = batch.domain == SinkhornDomain::kScaling;
  }

  void run(int first, int count) {
    if (count > 1 && solve_side_by_side(first, count)) return;
    for (int index = first; index < first + count; ++index) solve(pairs_from(index, 1), f_from(index), g_from(index));
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
    SinkhornTally::Pair end;
    end.iterations = batch_.iterations;
    for (int pair = 0; pair < count; ++pair) tally_.end(end);
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
    write(*engine, f, g);
    tally_.end(end);
  }

  const SinkhornGrid& grid_;
  const SinkhornBatch& batch_;
  SinkhornTally& tally_;
  const std::size_t points_;
  SinkhornRule rule_;
  SinkhornState state_;
  std::unique_ptr<SinkhornEngine> scaling_, lanes_, log_;
};

}  // namespace

SinkhornReport sinkhorn_on_grid(const SinkhornGrid& grid, const SinkhornBatch& batch, ThreadPool& pool) {
  std::vector<std::unique_ptr<Worker>> workers(pool.threads());
  std::vector<SinkhornTally> tallies(workers.size());
  const int block = pairs_side_by_side(grid, batch);
  pool.run((batch.pairs + block - 1) / block, [&](int worker, int index) {
    if (!workers[worker]) workers[worker] = std::make_unique<Worker>(grid, batch, tallies[worker]);
    workers[worker]->run(index * block, std::min(block, batch.pairs - index * block));
  });
  return SinkhornTally::report(tallies, batch);
}

}  // namespace otlearn
