// The Gibbs kernel K = exp(-C / epsilon) [n, m] in float64 as one thread applies it: what Newton's method on entropic transport
// knows of a geometry.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "host/grid_operator.h"

namespace otlearn {

class GibbsOperator {
 public:
  virtual ~GibbsOperator() = default;
  virtual void apply(const double* x, double* out) = 0;            // K x
  virtual void apply_transpose(const double* x, double* out) = 0;  // K^T x
  // log(K exp(x)) and log(K^T exp(x)); -infinity for absent mass
  virtual void log_apply(const double* x, double* out) = 0;
  virtual void log_apply_transpose(const double* x, double* out) = 0;
};

// On a grid; the taps are the caller's. Those beyond an axis' radius are no normal numbers: logarithms know them all the same.
std::unique_ptr<GibbsOperator> make_grid_gibbs(const std::vector<GridAxis>& axes);
// Of C [n, m] and K = exp(-C / epsilon), both the caller's.
std::unique_ptr<GibbsOperator> make_dense_gibbs(std::size_t n, std::size_t m, const double* cost, const double* gibbs,
                                                double epsilon);

}  // namespace otlearn
