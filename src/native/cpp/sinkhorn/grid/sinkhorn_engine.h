// Entropic transport between the two histograms of a pair on a grid, one pair or a few at a time: the interface of the engines
// that are compiled for each instruction set.
//
// What they iterate on are the products y = K v and z = K^T u, from which the scalings follow, u = a / y and v = b / z. Their
// logarithms are -fKL / epsilon and -gKL / epsilon, which exist at points without mass too.
#pragma once
#include <memory>
#include <vector>

#include "sinkhorn/penalty.h"

namespace otlearn {

// What all pairs share.
struct SinkhornGrid {
  std::vector<int> size;                       // of one to three axes, row-major
  std::vector<std::vector<double>> exponents;  // C / epsilon at distance 0, 1, .. along each axis
  double epsilon;
};

struct SinkhornRule {
  double momentum = 1;      // omega: scalings move by u^(1 - omega) (a / K v)^omega
  bool symmetric = false;   // one histogram and one scaling, u = v
  bool everywhere = false;  // products must be exact at points without mass too
  MarginalPenalty penalty;
  bool unchecked = false;  // go on with scalings that the number type does not hold
};

// Row-major numbers of the caller.
struct SinkhornPair {
  const float* a;
  const float* b;
  const float* start;  // g in cost units; where it is null, gKL = 0, that is v = b
  int count = 1;       // pairs, one behind the other, for an engine that takes several side by side
};

// log y and log z of the last iteration, and log y of the next one, for an engine that goes on where another one cannot.
struct SinkhornState {
  std::vector<double> first, second, next;
  double lambda = 0;     // of penalties, which y and z are raised by
  bool started = false;  // before the first iteration there is only `next`
};

class SinkhornEngine {
 public:
  virtual ~SinkhornEngine() = default;
  // These return false where the engine cannot hold the scalings to float32's precision: its state is then that before
  // the call.
  virtual bool begin(const SinkhornPair& pair, const SinkhornRule& rule) = 0;
  virtual bool resume(const SinkhornPair& pair, const SinkhornRule& rule, const SinkhornState& state) = 0;
  // Some iterations; the last one is plain, so that the second marginal is exact after it.
  virtual bool advance(int iterations) = 0;
  // What follows is of the state after them. The first marginal's L1 violation, of each pair, or with penalties the change of u
  // that is that without them, as a share of the mass:
  virtual void violations(double* out) const = 0;
  virtual void read(SinkhornState& state) = 0;
  // f and g in cost units, kNoMassPotential where there is no mass.
  virtual void potentials(float* f, float* g) = 0;
  // fKL, from one more half step, and gKL; null where not wanted.
  virtual void kl_potentials(float* f, float* g) = 0;
};

// Engines of the instruction set that runs: on scalings, on those of up to `sinkhorn_lanes()` pairs side by side, and in the
// log domain.
std::unique_ptr<SinkhornEngine> make_scaling_engine(const SinkhornGrid& grid);
std::unique_ptr<SinkhornEngine> make_lanes_engine(const SinkhornGrid& grid);
std::unique_ptr<SinkhornEngine> make_log_engine(const SinkhornGrid& grid);
int sinkhorn_lanes();

}  // namespace otlearn
