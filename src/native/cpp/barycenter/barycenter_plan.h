// Barycenters of a batch of data points, spread over the thread pool. A plan keeps the workers' buffers between calls,
// since a run of L-BFGS makes hundreds of calls of one shape.
//
// With N' the pixels with rows rounded up to registers, S atoms, L iterations and G <= 16 groups of points, float32 takes
//     4 N' (4 S + 2 + (F L + W + 12) threads + 2 S G) bytes.
// F are the images that the adjoint needs of an iteration, E of them for the next one to start from, and W buffers:
//     plain          F = 2 S + 1    E = S + 1    W = 3 S
//     unbalanced     F = 4 S + 1    E = S        W = 4 S
//     heavy-ball     F = 4 S + 1    E = 2 S      W = 5 S
//     debiased       F = 2 S + 3    E = S + 2    W = 3 S + 3
// A start takes S threads more, 2 S threads with heavy-ball, (S + 1) threads debiased. Where the iterations would exceed
// `kept_bytes`, only the ends of segments are kept and iterations are computed twice: about 2 sqrt(L E F) takes the place of F
// L. Points that need float64 take twice as much again.
//
// With a dense cost a thread has P points in work, as many as `kept_bytes` allow, but 14 <= S P <= 70 vectors (6 and 30
// without AVX-512) or one point:
//     4 N' (N M + 4 S + 2 + (P (F L + W + 4 S + 5) + 4) threads + 2 S G) bytes,
// M = 1 kernel where C is symmetric and 2 where it is not.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "barycenter/barycenter.h"

namespace otlearn {

// An axis, with where its kernel is cut off in float32 and in float64, in pixels; the taps reach to the latter.
struct AxisSettings {
  int size = 1, radius32 = 0, radius64 = 0;
  std::vector<double> taps{1};

  GridAxis in(bool wide) const { return {size, taps.data(), wide ? radius64 : radius32, radius64}; }
};

struct PlanSettings {
  AxisSettings depth, down, across;
  int atoms = 0, iterations = 0;
  Exponents exponents;
  bool debiased = false;
  bool wide = false;  // in float64 from the beginning
  // A dense cost C [N, N] in the place of a grid, with N points across: it comes with the batches.
  bool dense = false, cost_is_symmetric = false;
  double epsilon = 0;
  std::size_t kept_bytes = std::size_t(1) << 30;  // for the iterations of all data points in work, see above
};

// Arrays of the caller; null where not wanted. `done[i]` becomes 1 for every point that was computed; the others need
// the log domain.
struct PlanBatch {
  int points = 0;
  Loss loss = Loss::kKullbackLeibler;
  const double* cost = nullptr;  // [N, N], of a dense problem; the same at each call
  const double* atoms = nullptr;
  const double* weights = nullptr;
  const float* start = nullptr;
  const double* wide_start = nullptr;  // in the place of `start`
  const double* targets = nullptr;
  double* barycenters = nullptr;
  float* log_scalings = nullptr;
  double* wide_log_scalings = nullptr;
  double* losses = nullptr;
  double* gradient_atoms = nullptr;
  double* gradient_weights = nullptr;
  double* errors = nullptr;  // with `iterations_done`, without targets
  double* iterations_done = nullptr;
  double tolerance = 0;
  std::uint8_t* done = nullptr;
};

class BarycenterPlan {
 public:
  explicit BarycenterPlan(PlanSettings settings);

  // Runs every point in float32 and, where that does not reach, in float64. The same result for any number of threads.
  void run(const PlanBatch& batch);
  // The same in pieces: `begin`, then `advance` with the same batch until it returns true, which it does not before all is
  // done or `seconds` have passed. The same result for any pieces.
  void begin(const PlanBatch& batch);
  bool advance(const PlanBatch& batch, double seconds);

  bool dense() const { return settings_.dense; }
  bool debiased() const { return settings_.debiased; }
  std::size_t pixels() const {
    return static_cast<std::size_t>(settings_.depth.size) * settings_.down.size * settings_.across.size;
  }
  std::size_t atoms() const { return static_cast<std::size_t>(settings_.atoms); }
  // Scalings of a data point: [sides, rows] of barycenter.h.
  std::size_t scalings() const {
    return static_cast<std::size_t>(settings_.exponents.sides()) * (atoms() + (settings_.debiased ? 1 : 0));
  }

 private:
  // A number type's engine, made when it is first needed.
  struct Engine {
    std::unique_ptr<BarycenterEngine> engine;
    bool wide;
    double point_seconds = 0;  // of a point in the last piece, 0 before the first
  };
  void begin_points(Engine& which, const PlanBatch& batch, std::vector<int> points);
  void run_points(const PlanBatch& batch, int begin, int end);
  void finish_points(const PlanBatch& batch);
  int piece(double seconds) const;
  int groups() const;

  PlanSettings settings_;
  Engine float32_{nullptr, false}, float64_{nullptr, true};
  // The batch in work: the number of its points, the engine, the points that are its, and how many of them were run.
  int begun_ = 0;
  Engine* current_ = nullptr;
  std::vector<int> points_;
  int next_ = 0;
};

}  // namespace otlearn
