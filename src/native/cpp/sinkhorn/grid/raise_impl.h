// What the half steps of unbalanced problems need of a domain's numbers (penalty.h).
#if defined(OTLEARN_SINKHORN_GRID_RAISE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_GRID_RAISE_IMPL_H
#undef OTLEARN_SINKHORN_GRID_RAISE_IMPL_H
#else
#define OTLEARN_SINKHORN_GRID_RAISE_IMPL_H
#endif

#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// A product becomes product^power exp(shift), the shift by lanes.
template <typename T>
struct Raise {
  bool any = false;
  T power = 1;
  Vector<T> shift{};
  Vector<T> operator()(const Vector<T>& log) const { return log * power + shift; }
};

// Sums of masses exp(exponent), and of what these are more than the masses; by lanes.
template <typename T>
struct PenalizedSums {
  Vector<T> sum{}, change{};
  void add(const Vector<T>& mass, const Vector<T>& exponent) {
    const Vector<T> none{};
    sum += mass > none ? mass * exp_of<T>(exponent) : none;
    change += mass > none ? mass * short_expm1_of<T>(exponent) : none;
  }
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
