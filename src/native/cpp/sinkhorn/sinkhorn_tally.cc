#include "sinkhorn/sinkhorn_tally.h"

#include <algorithm>
#include <cmath>

namespace otlearn {

void SinkhornTally::test(double error, double tolerance, Pair& pair) {
  if (errors_.size() == pair.tests) errors_.push_back(error);
  errors_[pair.tests] = std::isfinite(error) ? std::max(errors_[pair.tests], error) : error;
  ++pair.tests;
  pair.error = error;
  if (!std::isfinite(error)) pair.status = SinkhornStatus::kNonFinite;
  else if (error <= tolerance) pair.status = SinkhornStatus::kConverged;
}

SinkhornReport SinkhornTally::report(const std::vector<SinkhornTally>& tallies, const SinkhornBatch& batch) {
  SinkhornReport report;
  report.status = batch.pairs > 0 && batch.check_every == 0 ? SinkhornStatus::kMaxIterations : SinkhornStatus::kConverged;
  for (const SinkhornTally& tally : tallies) {
    report.log_domain = report.log_domain || tally.log_domain_;
    report.errors.resize(std::max(report.errors.size(), tally.errors_.size()), 0.0);
  }
  const auto join = [&](std::size_t test, double error) {
    double& joint = report.errors[test];
    joint = std::isfinite(joint) && std::isfinite(error) ? std::max(joint, error) : std::isfinite(joint) ? error : joint;
  };
  for (const SinkhornTally& tally : tallies) {
    for (std::size_t test = 0; test < tally.errors_.size(); ++test) join(test, tally.errors_[test]);
    for (const Pair& pair : tally.pairs_) {
      report.iterations = std::max(report.iterations, pair.iterations);
      report.status = std::max(report.status, pair.status);
      for (std::size_t test = pair.tests; test > 0 && test < report.errors.size(); ++test) join(test, pair.error);
    }
  }
  const auto first =
      std::find_if(report.errors.begin(), report.errors.end(), [](double error) { return !std::isfinite(error); });
  if (first != report.errors.end()) {
    report.errors.erase(first + 1, report.errors.end());
    report.iterations = std::min<int>(report.iterations, static_cast<int>(report.errors.size()) * batch.check_every);
  }
  return report;
}

}  // namespace otlearn
