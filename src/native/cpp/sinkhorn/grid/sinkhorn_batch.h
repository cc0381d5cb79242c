// Sinkhorn for a batch of pairs over one geometry, spread over the thread pool. Each pair runs by itself, on scalings where
// float holds them and in the log domain otherwise, until it meets the tolerance. The result does not depend on the number
// of threads.
#pragma once
#include <cstdint>
#include <vector>

#include "sinkhorn/sinkhorn.h"

namespace otlearn {

class ThreadPool;

enum class SinkhornDomain : int { kAuto, kLog, kScaling };
enum class SinkhornStatus : int { kConverged, kMaxIterations, kNonFinite };
// f and g with the masses' part, or the KL potentials.
enum class SinkhornOutput : int { kPotentials, kKlPotentials };

struct SinkhornBatch {
  int pairs = 0;
  int iterations = 0;        // at most
  int check_every = 0;       // iterations from one test to the next; 0: no tests
  double tolerance = 0;
  double momentum = 1;
  SinkhornDomain domain = SinkhornDomain::kAuto;
  SinkhornOutput output = SinkhornOutput::kPotentials;
  bool symmetric = false;    // of a alone; only fKL is written
  const float* a = nullptr;  // [pairs, n]
  const float* b = nullptr;
  const float* start = nullptr;  // [pairs, n], or null: gKL = 0
  float* f = nullptr;
  float* g = nullptr;
};

struct SinkhornReport {
  SinkhornStatus status = SinkhornStatus::kMaxIterations;
  int iterations = 0;          // of the pair that needed most
  bool log_domain = false;     // whether any pair needed it
  std::vector<double> errors;  // the largest violation in the batch at each test
};

SinkhornReport sinkhorn_on_grid(const SinkhornGrid& grid, const SinkhornBatch& batch, ThreadPool& pool);

}  // namespace otlearn
