// Rows of any length in registers. What is left of a row after whole registers
// goes through a register padded with zeros.
#if defined(OTLEARN_VECTOR_ROWS_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_VECTOR_ROWS_IMPL_H
#undef OTLEARN_VECTOR_ROWS_IMPL_H
#else
#define OTLEARN_VECTOR_ROWS_IMPL_H
#endif

#include <algorithm>
#include <cstddef>

#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// The first `count` numbers of a register.
inline Vector<double> load_some(const double* from, std::size_t count) {
  constexpr std::size_t kLanes = Traits<double>::kLanes;
  if (count >= kLanes) return load<double>(from);
  double rest[kLanes] = {};
  std::copy(from, from + count, rest);
  return load<double>(rest);
}

// Calls body(register, index, lanes that count) along a row.
template <typename Body>
inline void each_of_row(const double* row, std::size_t columns, Body body) {
  constexpr std::size_t kLanes = Traits<double>::kLanes;
  std::size_t i = 0;
  for (; i + kLanes <= columns; i += kLanes) body(load<double>(row + i), i, kLanes);
  if (i < columns) body(load_some(row + i, columns - i), i, columns - i);
}

inline void put_row(double* out, const Vector<double>& values, std::size_t count) {
  if (count == static_cast<std::size_t>(Traits<double>::kLanes)) return store<double>(out, values);
  for (std::size_t lane = 0; lane < count; ++lane) out[lane] = values[lane];
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
