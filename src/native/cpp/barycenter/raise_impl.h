// Powers of scalings (barycenter_powers_impl.h).
#if defined(OTLEARN_BARYCENTER_RAISE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_RAISE_IMPL_H
#undef OTLEARN_BARYCENTER_RAISE_IMPL_H
#else
#define OTLEARN_BARYCENTER_RAISE_IMPL_H
#endif

#include <cmath>

#include "barycenter/barycenter.h"
#include "barycenter/levelled_kernel_impl.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// y = x^update base^memory of positive numbers as x exp((update - 1) log x + memory log base): the exponent is small where the
// powers are near 1, and with it its rounding.
template <typename T>
struct Raise {
  using V = Vector<T>;
  T excess, memory;

  explicit Raise(const Exponents& e) : excess(static_cast<T>(e.update - 1)), memory(static_cast<T>(e.memory)) {}

  // `worst` becomes the largest magnitude of the exponent and of the logarithms of y and x; that of x comes last, because the
  // others are no numbers where it is infinite.
  V operator()(const V& x, const V& base, V& worst) const {
    const V log_x = short_log_of<T>(x);
    V exponent = excess * log_x;
    if (memory != 0) exponent += memory * short_log_of<T>(base);
    for (const V& value : {exponent, V(log_x + exponent), log_x}) worst = most<T>(worst, most<T>(value, -value));
    return x * exp_of<T>(exponent);
  }
  static bool is_in_range(const V& worst) { return largest_lane<T>(worst) < std::log(static_cast<T>(Band<T>::kLargest)); }
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
