// What a thread learns of its pairs, and the report of all threads.
#pragma once
#include <cstddef>
#include <vector>

#include "sinkhorn/batch.h"

namespace otlearn {

class SinkhornTally {
 public:
  struct Pair {
    SinkhornStatus status = SinkhornStatus::kMaxIterations;
    int iterations = 0;
    std::size_t tests = 0;
    double error = 0;
  };

  // A stopping test of a pair.
  void test(double error, double tolerance, Pair& pair);
  void end(const Pair& pair) { pairs_.push_back(pair); }
  void use_log_domain() { log_domain_ = true; }

  // A pair that has ended keeps its last error in the tests that follow; the tests end with the first that is not finite.
  static SinkhornReport report(const std::vector<SinkhornTally>& tallies, const SinkhornBatch& batch);

 private:
  std::vector<double> errors_;  // the largest at each test among the pairs that ran that long
  std::vector<Pair> pairs_;
  bool log_domain_ = false;
};

}  // namespace otlearn
