// What the kernel is applied to, and where the result goes, where nothing else is to be done on the way: the `produce` and
// `consume` of a product (barycenter_point_impl.h) that more than one of them has. A type, not a lambda, so that the product is
// compiled once for all.
#if defined(OTLEARN_BARYCENTER_OPERANDS_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_OPERANDS_IMPL_H
#undef OTLEARN_BARYCENTER_OPERANDS_IMPL_H
#else
#define OTLEARN_BARYCENTER_OPERANDS_IMPL_H
#endif

#include <cstddef>

#include "isa/set.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
struct Load {
  const T* from;
  Vector<T> operator()(std::size_t i, Vector<T>&) const { return load<T>(from + i); }
};

template <typename T>
struct Store {
  T* to;
  void operator()(std::size_t i, const Vector<T>& value, Vector<T>&) const { store<T>(to + i, value); }
};

template <typename T>
struct StoreReciprocal {
  T* to;
  void operator()(std::size_t i, const Vector<T>& value, Vector<T>&) const { store<T>(to + i, reciprocal<T>(value)); }
};

// Beside the reciprocal log(scale value).
template <typename T>
struct StoreReciprocalAndLog {
  T *to, *log;
  T scale;
  void operator()(std::size_t i, const Vector<T>& value, Vector<T>&) const {
    store<T>(to + i, reciprocal<T>(value));
    store<T>(log + i, short_log_of<T>(value * scale));
  }
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
