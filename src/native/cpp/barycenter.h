// The barycenter operator of Wasserstein dictionary learning on 1-D and 2-D grids: forward, loss and adjoint for one
// data point at a time. Mathematics: barycenter.ts of the transport folder; this file is its interface in C++.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace otlearn {

enum class Loss : int { kTotalVariation = 0, kQuadratic = 1, kKullbackLeibler = 2 };

// What all data points share. Arrays belong to the caller.
struct BarycenterProblem {
  int height, width, atoms, iterations;
  const double* taps_vertical;        // exp(-(d * spacing)^2 / epsilon), d = 0..radius_vertical
  const double* taps_horizontal;
  int radius_vertical, radius_horizontal;
  std::size_t pixels() const { return static_cast<std::size_t>(height) * width; }
};

// One data point. Outputs that are null are not computed.
struct BarycenterPoint {
  const double* weights;              // lambda [S]
  const float* start;                 // log scalings [S, N], or null: ones
  const double* target;               // x [N], or null: no loss, no gradient
  Loss loss;
  double* barycenter;                 // p [N], or null
  float* log_scalings;                // log b [S, N] after the iterations, or null
  double* loss_value;                 // with target
  double* gradient_weights;           // [S], with target
};

// Arithmetic of one instruction set and one number type, with the buffers of one worker.
class BarycenterEngine {
 public:
  virtual ~BarycenterEngine() = default;
  // D [S, N], copied.
  virtual void set_atoms(const double* values) = 0;
  // Returns false where this number type cannot hold the scalings of this point or the cut-off kernel is not exact to
  // its precision; outputs are then unspecified and nothing was added to the atoms' gradient.
  virtual bool run(const BarycenterPoint& point) = 0;
  // Adds this worker's gradient with respect to the atoms [S, N] to `out` and forgets it.
  virtual void drain_gradient(double* out) = 0;
};

using EngineFactory = BarycenterEngine* (*)(const BarycenterProblem&);

}  // namespace otlearn
