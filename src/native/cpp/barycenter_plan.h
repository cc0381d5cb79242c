// Barycenters of a batch of data points, spread over the thread pool. A plan keeps the workers' buffers between calls,
// since a run of L-BFGS makes hundreds of calls of one shape.
//
// With N' the pixels with rows rounded up to registers, S atoms, L iterations and G <= 16 groups of points, float32 takes
//     4 N' (I + 3 S + 2 + (3 S + 10) threads + 2 S G) bytes,      I = (2 S + 1) L threads
// and S threads more with a start. I is what the adjoint needs of the iterations. Where it would exceed `kept_bytes`, only
// the ends of segments are kept and iterations are computed twice: I = 2 sqrt(L (S + 1) (2 S + 1)) threads, about. Points
// that need float64 take twice as much again.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "barycenter.h"

namespace otlearn {

struct PlanSettings {
  int height = 0, width = 0, atoms = 0, iterations = 0;
  // Where the kernel is cut off in float32 and in float64, in pixels; the taps reach to the latter.
  int radius32_vertical = 0, radius32_horizontal = 0, radius64_vertical = 0, radius64_horizontal = 0;
  std::vector<double> taps_vertical, taps_horizontal;
  std::size_t kept_bytes = std::size_t(1) << 30;  // for the iterations of all data points in work, see above
};

// Arrays of the caller; null where not wanted. `done[i]` becomes 1 for every point that was computed; the others need
// the log domain.
struct PlanBatch {
  int points = 0;
  Loss loss = Loss::kKullbackLeibler;
  const double* atoms = nullptr;
  const double* weights = nullptr;
  const float* start = nullptr;
  const double* targets = nullptr;
  double* barycenters = nullptr;
  float* log_scalings = nullptr;
  double* losses = nullptr;
  double* gradient_atoms = nullptr;
  double* gradient_weights = nullptr;
  std::uint8_t* done = nullptr;
};

class BarycenterPlan {
 public:
  explicit BarycenterPlan(PlanSettings settings);

  // Runs every point in float32 and, where that does not reach, in float64. The same result for any number of threads.
  void run(const PlanBatch& batch);

  std::size_t pixels() const { return static_cast<std::size_t>(settings_.height) * settings_.width; }
  std::size_t atoms() const { return static_cast<std::size_t>(settings_.atoms); }

 private:
  // A number type's engine, made when it is first needed.
  struct Engine {
    std::unique_ptr<BarycenterEngine> engine;
    bool wide;
  };
  void run_points(Engine& which, const PlanBatch& batch, const std::vector<int>& points);

  PlanSettings settings_;
  Engine float32_{nullptr, false}, float64_{nullptr, true};
};

}  // namespace otlearn
