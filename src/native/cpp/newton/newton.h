// Entropic transport by Newton's method in float64: for potentials that are right to many digits where Sinkhorn takes ten
// thousands of iterations.
//
// The concave dual, over psi = log v with log u = log(a / K v) put in (the first marginal is exact), has the gradient b - c
// with c = P^T 1 and the Hessian -(diag(c) - P^T diag(1 / a) P). Its system is solved by conjugate gradients, preconditioned by
// diag(c) and damped by a share of the error, so that Newton's steps are short where the quadratic model is poor (Brauer,
// Clason, Lorenz, Wirth 2017, for the undamped one). A product with P is two of the kernel.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>

#include "newton/gibbs_operator.h"

namespace otlearn {

class ThreadPool;

// Histograms a [pairs, n] and b [pairs, m] of equal totals; zeros are allowed.
struct NewtonBatch {
  int pairs;
  std::size_t n, m;
  const double *a, *b;
  double tolerance;  // of |P^T 1 - b|_1
  int products;      // with the kernel, at most
  double* log_u;     // [pairs, n], written; -infinity where there is no mass
  double* log_v;     // [pairs, m], the start, and the solution
  double* errors;    // [pairs], |P^T 1 - b|_1 at the end; not finite where numbers left float64
  int* taken;        // [pairs], products carried out
};

// The pairs over the pool; each thread has an operator of its own. The same bits for any number of threads.
void solve_by_newton(const NewtonBatch& batch, const std::function<std::unique_ptr<GibbsOperator>()>& make, ThreadPool& pool);

}  // namespace otlearn
