// Sinkhorn for a batch of pairs under one dense cost, spread over the thread pool: each thread iterates on a block of pairs
// (sinkhorn_dense.h), on scalings and then, in the log domain, on those pairs that scalings do not hold, from their start. The
// result depends neither on the number of threads nor on which pairs are in the batch.
#pragma once
#include <optional>

#include "sinkhorn/dense/sinkhorn_dense.h"

namespace otlearn {

class ThreadPool;

// The Gibbs kernel of a cost, packed when a domain first needs it: 4 (n m) bytes for scalings and twice that for the log
// domain, and the same again where C is not symmetric.
class DensePlan {
 public:
  // C / epsilon must stay below this: exponents are integers.
  static constexpr double kLargestRatio = 5e7;

  DensePlan(std::ptrdiff_t n, std::ptrdiff_t m, double epsilon) : n_(n), m_(m), epsilon_(epsilon) {}

  std::ptrdiff_t n() const { return n_; }
  std::ptrdiff_t m() const { return m_; }
  // Of what has been packed.
  std::size_t bytes() const;

  // `cost` [n, m] is the same at each call; a is [pairs, n], b, start and g are [pairs, m].
  SinkhornReport solve(const double* cost, const SinkhornBatch& batch, ThreadPool& pool);

 private:
  struct Packed {
    DensePanels direct, transposed;  // the latter only where C is not symmetric
  };
  DenseKernels packed(const double* cost, const DenseDomain& domain, std::optional<Packed>& kept, ThreadPool& pool) const;

  const std::ptrdiff_t n_, m_;
  const double epsilon_;
  std::optional<Packed> scaling_, log_;
};

}  // namespace otlearn
