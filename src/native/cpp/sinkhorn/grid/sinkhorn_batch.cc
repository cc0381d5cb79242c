#include "sinkhorn/grid/sinkhorn_batch.h"

#include <algorithm>
#include <memory>

#include "base/thread_pool.h"
#include "sinkhorn/sinkhorn_tally.h"

namespace otlearn {
namespace {

std::size_t points_of(const SinkhornGrid& grid) {
  std::size_t points = 1;
  for (const int extent : grid.size) points *= static_cast<std::size_t>(extent);
  return points;
}

// How many pairs share registers, one a lane: those on one axis, which otherwise is alone in its registers, and those of small
// images, if the second cache holds them. Tests end some pairs before others, which then are in the way: an image runs by
// itself.
int pairs_side_by_side(const SinkhornGrid& grid, const SinkhornBatch& batch) {
  constexpr std::size_t kCacheBytes = std::size_t(1) << 19, kImages = 4;  // two of masses, the image, products
  const int lanes = sinkhorn_lanes();
  if (batch.domain == SinkhornDomain::kLog) return 1;
  const bool fits = kImages * points_of(grid) * lanes * sizeof(float) <= kCacheBytes;
  return grid.size.size() == 1 || (fits && batch.check_every == 0 && 2 * batch.pairs >= lanes) ? lanes : 1;
}

// The engines of one thread, made when needed.
class Worker {
 public:
  Worker(const SinkhornGrid& grid, const SinkhornBatch& batch, SinkhornTally& tally)
      : grid_(grid), batch_(batch), tally_(tally), points_(points_of(grid)) {
    rule_.momentum = batch.momentum;
    rule_.symmetric = batch.symmetric;
    rule_.penalty = MarginalPenalty(batch.rho, grid.epsilon);
    rule_.everywhere = batch.output == SinkhornOutput::kKlPotentials;
    rule_.unchecked = batch.domain == SinkhornDomain::kScaling;
  }

  void run(int first, int count) {
    std::vector<SinkhornTally::Pair> ends(count);
    std::vector<bool> ended(count);
    if (count > 1) solve_side_by_side(first, ends, ended);
    for (int pair = 0; pair < count; ++pair) {
      const int index = first + pair;
      if (!ended[pair]) ends[pair] = solve(pairs_from(index, 1), f_from(index), g_from(index));
      tally_.end(ends[pair]);
    }
  }

 private:
  SinkhornEngine& scaling() {
    if (!scaling_) scaling_ = make_scaling_engine(grid_);
    return *scaling_;
  }
  SinkhornEngine& log() {
    if (!log_) log_ = make_log_engine(grid_);
    tally_.use_log_domain();
    return *log_;
  }

  SinkhornPair pairs_from(int index, int count) const {
    const std::size_t at = static_cast<std::size_t>(index) * points_;
    return {batch_.a + at, batch_.b + at, batch_.start ? batch_.start + at : nullptr, count};
  }
  float* f_from(int index) const { return batch_.f + static_cast<std::size_t>(index) * points_; }
  float* g_from(int index) const { return batch_.g ? batch_.g + static_cast<std::size_t>(index) * points_ : nullptr; }

  // Ends pairs one by one, each at its own test. Where the scalings of one of them leave the range, those that are left have to
  // run by themselves, from the start.
  void solve_side_by_side(int first, std::vector<SinkhornTally::Pair>& ends, std::vector<bool>& ended) {
    const int count = static_cast<int>(ends.size());
    if (!lanes_) lanes_ = make_lanes_engine(grid_);
    if (!lanes_->begin(pairs_from(first, count), rule_)) return;
    std::vector<double> errors(count);
    int iterations = 0, left = count;
    while (left > 0) {
      const int step = next_step(iterations);
      if (!lanes_->advance(step)) {
        for (int pair = 0; pair < count; ++pair) ends[pair] = ended[pair] ? ends[pair] : SinkhornTally::Pair();
        return;
      }
      iterations += step;
      if (batch_.check_every > 0) lanes_->violations(errors.data());
      for (int pair = 0; pair < count; ++pair) {
        if (ended[pair]) continue;
        ends[pair].iterations = iterations;
        if (batch_.check_every > 0) tally_.test(errors[pair], batch_.tolerance, ends[pair]);
      }
      const std::vector<bool> before = ended;
      for (int pair = 0; pair < count; ++pair) ended[pair] = before[pair] || is_over(ends[pair]);
      const int ending =
          static_cast<int>(std::count(ended.begin(), ended.end(), true) - std::count(before.begin(), before.end(), true));
      if (ending == count) {
        write(*lanes_, f_from(first), g_from(first));
      } else if (ending > 0) {
        write_some(first, before, ended);
      }
      left -= ending;
    }
  }

  // The pairs that have ended since `before`.
  void write_some(int first, const std::vector<bool>& before, const std::vector<bool>& ended) {
    const std::size_t all = ended.size() * points_;
    f_.resize(all);
    g_.resize(all);
    write(*lanes_, f_.data(), batch_.g ? g_.data() : nullptr);
    for (std::size_t pair = 0; pair < ended.size(); ++pair) {
      if (before[pair] || !ended[pair]) continue;
      const int index = first + static_cast<int>(pair);
      std::copy_n(f_.data() + pair * points_, points_, f_from(index));
      if (batch_.g) std::copy_n(g_.data() + pair * points_, points_, g_from(index));
    }
  }

  bool is_over(const SinkhornTally::Pair& end) const {
    return end.iterations >= batch_.iterations || end.status != SinkhornStatus::kMaxIterations;
  }
  // To the next test.
  int next_step(int iterations) const {
    const int left = batch_.iterations - iterations;
    return batch_.check_every > 0 ? std::min(batch_.check_every, left) : left;
  }

  void write(SinkhornEngine& engine, float* f, float* g) const {
    if (batch_.output == SinkhornOutput::kKlPotentials) engine.kl_potentials(f, g);
    else engine.potentials(f, g);
  }

  SinkhornTally::Pair solve(const SinkhornPair& pair, float* f, float* g) {
    SinkhornEngine* engine = nullptr;
    if (batch_.domain != SinkhornDomain::kLog && scaling().begin(pair, rule_)) engine = scaling_.get();
    if (!engine) (engine = &log())->begin(pair, rule_);
    SinkhornTally::Pair end;
    while (!is_over(end)) {
      const int step = next_step(end.iterations);
      if (!engine->advance(step)) {
        engine->read(state_);
        engine = &log();
        engine->resume(pair, rule_, state_);
        engine->advance(step);
      }
      end.iterations += step;
      if (batch_.check_every == 0) continue;
      double error;
      engine->violations(&error);
      tally_.test(error, batch_.tolerance, end);
    }
    write(*engine, f, g);
    return end;
  }

  const SinkhornGrid& grid_;
  const SinkhornBatch& batch_;
  SinkhornTally& tally_;
  const std::size_t points_;
  SinkhornRule rule_;
  SinkhornState state_;
  std::vector<float> f_, g_;  // of pairs side by side
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
