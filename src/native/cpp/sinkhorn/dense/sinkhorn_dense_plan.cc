#include "sinkhorn/dense/sinkhorn_dense_plan.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <numeric>
#include <utility>
#include <vector>

#include "base/thread_pool.h"

namespace otlearn {
namespace {

// Behind the last panel's numbers: a register is read from the last of its columns.
constexpr std::size_t kSlack = 64;

class PairList final : public DensePairs {
 public:
  explicit PairList(std::vector<int> pairs) : pairs_(std::move(pairs)) {}
  int take() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return next_ < pairs_.size() ? pairs_[next_++] : -1;
  }
  void refuse(int pair) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    refused_.push_back(pair);
  }
  std::vector<int> refused() {
    std::sort(refused_.begin(), refused_.end());
    return std::move(refused_);
  }

 private:
  std::mutex mutex_;
  std::vector<int> pairs_, refused_;
  std::size_t next_ = 0;
};

bool symmetric(const double* cost, std::ptrdiff_t n, std::ptrdiff_t m) {
  if (n != m) return false;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    for (std::ptrdiff_t j = 0; j < i; ++j) {
      if (cost[i * n + j] != cost[j * n + i]) return false;
    }
  }
  return true;
}

DensePanels pack(const DenseCost& cost, const DenseDomain& domain, ThreadPool& pool) {
  const std::ptrdiff_t count = (cost.rows + domain.panel_rows - 1) / domain.panel_rows;
  const std::ptrdiff_t size = cost.columns * domain.panel_numbers;
  DensePanels panels{cost.rows, cost.columns, AlignedArray<float>(static_cast<std::size_t>(count * size) + kSlack)};
  pool.run(static_cast<int>(count), [&](int, int panel) { domain.pack(cost, panel, panels.numbers.data() + panel * size); });
  return panels;
}

// Returns the pairs that the domain does not hold.
std::vector<int> solve_in(const DenseDomain& domain, const DenseKernels& kernels, const SinkhornBatch& batch,
                          std::vector<int> pairs, std::vector<SinkhornTally>& tallies, ThreadPool& pool) {
  const int count = static_cast<int>(pairs.size()), tasks = std::min(count, pool.threads());
  if (count == 0) return {};
  const int width = (count + tasks - 1) / tasks;
  PairList list(std::move(pairs));
  pool.run(tasks, [&](int worker, int) {
    const std::unique_ptr<DenseEngine> engine(domain.make(kernels, batch));
    engine->run(list, width, tallies[worker]);
  });
  return list.refused();
}

}  // namespace

DenseKernels DensePlan::packed(const double* cost, const DenseDomain& domain, std::optional<Packed>& kept,
                               ThreadPool& pool) const {
  if (!kept) {
    Packed made{pack({cost, n_, m_, m_, 1, epsilon_}, domain, pool), {}};
    if (!symmetric(cost, n_, m_)) made.transposed = pack({cost, m_, n_, 1, m_, epsilon_}, domain, pool);
    kept = std::move(made);
  }
  return {kept->direct, kept->transposed.rows > 0 ? kept->transposed : kept->direct, epsilon_};
}

std::size_t DensePlan::bytes() const {
  std::size_t numbers = 0;
  for (const auto* packed : {&scaling_, &log_}) {
    if (*packed) numbers += (*packed)->direct.numbers.size() + (*packed)->transposed.numbers.size();
  }
  return numbers * sizeof(float);
}

SinkhornReport DensePlan::solve(const double* cost, const SinkhornBatch& batch, ThreadPool& pool) {
  std::vector<SinkhornTally> tallies(pool.threads());
  std::vector<int> pairs(batch.pairs);
  std::iota(pairs.begin(), pairs.end(), 0);
  if (batch.domain != SinkhornDomain::kLog && batch.pairs > 0) {
    const DenseDomain& domain = dense_scaling_domain();
    pairs = solve_in(domain, packed(cost, domain, scaling_, pool), batch, std::move(pairs), tallies, pool);
  }
  if (!pairs.empty()) {
    tallies.front().use_log_domain();
    const DenseDomain& domain = dense_log_domain();
    solve_in(domain, packed(cost, domain, log_, pool), batch, std::move(pairs), tallies, pool);
  }
  return SinkhornTally::report(tallies, batch);
}

}  // namespace otlearn
