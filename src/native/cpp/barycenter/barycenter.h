// The barycenter operator of Wasserstein dictionary learning on grids of one to three axes and for dense costs, plain,
// heavy-ball and unbalanced: forward, loss and adjoint, data point by data point. Mathematics: scaling-engine.ts of the
// transport folder; this file is its interface in C++.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

namespace otlearn {

enum class Loss : int { kTotalVariation = 0, kQuadratic = 1, kKullbackLeibler = 2, kLinear = 3 };

// a <- a^memory (d / K b)^update, b <- b^memory (p / K a)^update, and p the mean of the K a with this power, 0 for the
// geometric mean (`ResolvedOptions` of the transport folder). The plain iteration by default.
struct Exponents {
  double memory = 0, update = 1, power = 0;
  bool are_plain() const { return memory == 0 && update == 1 && power == 0; }
  // Scalings that a start consists of: b, and a where it is remembered.
  int sides() const { return memory == 0 ? 1 : 2; }
  // rho / (rho + epsilon)
  double marginal() const { return update / (1 - memory); }
};

struct GridAxis {
  int size = 1;
  const double* taps = nullptr;  // exp(-(d * spacing)^2 / epsilon), d = 0..known
  int radius = 0, known = 0;     // entries beyond the radius are not representable, and not used
};

// What all data points share. Arrays belong to the caller. Pixels are row-major: `across` is contiguous, an image has one
// plane.
struct BarycenterProblem {
  GridAxis depth, down, across;
  int atoms, iterations;
  Exponents exponents;
  // p = D prod phi^lambda with D <- sqrt(D p / K D) (Janati, Cuturi, Gramfort 2020, Algorithm 1): plain exponents and a
  // symmetric cost.
  bool debiased;
  std::size_t kept_bytes;  // for the iterations of the data points of one worker; above it they are computed twice
  // A dense cost C [N, N] in the place of a grid, with N points across; read until the kernel is finished.
  const double* cost = nullptr;
  double epsilon = 0;
  bool cost_is_symmetric = false;
  std::size_t pixels() const { return static_cast<std::size_t>(depth.size) * down.size * across.size; }
  // Scalings of a side: of the atoms and, where debiased, D.
  int rows() const { return atoms + (debiased ? 1 : 0); }
};

// One data point. Outputs that are null are not computed.
struct BarycenterPoint {
  const double* weights;     // lambda [S]
  const float* start;        // log scalings [sides, rows, N], or null: ones
  const double* wide_start;  // the same in double, where `start` is null
  const double* target;      // x [N], dL/dp for kLinear, or null: no loss, no gradient
  Loss loss;
  double* barycenter;   // p [N], or null
  float* log_scalings;  // [sides, rows, N] after the iterations, or null
  double* wide_log_scalings;
  double* loss_value;        // with target
  double* gradient_weights;  // [S], with target
  int group;                 // of the sums of gradients with respect to the atoms, with target
  // Without target: the largest |a K b - d|_1 at exit, or null. Unbalanced and with heavy-ball |a - a'| K b of the plain update
  // a' = (d / K b)^(rho / (rho + epsilon)); debiased the largest of it and |D K D - p|_1.
  double* error;
  double tolerance;         // iterations end at such an error, 0: never
  double* iterations_done;  // with error
  // Becomes 1, or 0 where this number type cannot hold the scalings of this point or the cut-off kernel is not exact to
  // its precision; outputs are then unspecified and nothing was added to the atoms' gradient.
  std::uint8_t* done;
};

// Arithmetic of one instruction set and one number type, with the buffers of all workers. Calls for different workers may
// run at the same time, those for one group one after the other.
class BarycenterEngine {
 public:
  virtual ~BarycenterEngine() = default;
  // To be called once before all else: the parts of the kernel, by any threads, then `finish_kernel`.
  virtual int kernel_parts() const = 0;
  virtual void make_kernel_part(int part) = 0;
  virtual void finish_kernel() = 0;
  // How many points a call of `run` may bring.
  virtual int together() const = 0;
  // Begins a call. Gradients with respect to the atoms are summed in groups of points; `cold`: no point brings a start.
  virtual void begin(int workers, int groups, bool cold) = 0;
  // Takes one atom [N] and computes the part of a cold start's first iteration that no data point has a share in.
  virtual void set_atom(int worker, int s, const double* values) = 0;
  // Either all points of a call of `begin` have a target or none; the same holds for starts.
  virtual void run(int worker, const BarycenterPoint* points, int count) = 0;
  // Adds the gradient with respect to one atom [N], summed over the groups in order.
  virtual void add_gradient(int worker, int s, double* out) = 0;
};

// Engines of the instruction set that runs, in float32 and in float64, for a grid or, where the problem has one, a dense cost.
std::unique_ptr<BarycenterEngine> make_engine32(const BarycenterProblem& problem);
std::unique_ptr<BarycenterEngine> make_engine64(const BarycenterProblem& problem);

}  // namespace otlearn
