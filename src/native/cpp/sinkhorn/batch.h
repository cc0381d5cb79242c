// A batch of transport problems with entropy, whatever the geometry: what is asked for, and what comes of it.
#pragma once
#include <limits>
#include <vector>

namespace otlearn {

constexpr float kNoMassPotential = -1e30f;  // stands for -infinity

enum class SinkhornDomain : int { kAuto, kLog, kScaling };
enum class SinkhornStatus : int { kConverged, kMaxIterations, kNonFinite };
// f and g with the masses' part, or the KL potentials.
enum class SinkhornOutput : int { kPotentials, kKlPotentials };

struct SinkhornBatch {
  int pairs = 0;
  int iterations = 0;   // at most
  int check_every = 0;  // iterations from one test to the next; 0: no tests
  double tolerance = 0;
  double momentum = 1;
  SinkhornDomain domain = SinkhornDomain::kAuto;
  SinkhornOutput output = SinkhornOutput::kPotentials;
  // Of the marginals; violations are then shares of the total of a.
  double rho[2] = {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
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

}  // namespace otlearn
