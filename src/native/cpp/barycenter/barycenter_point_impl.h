// What a data point's iterations are made of (barycenter.h).
#if defined(OTLEARN_BARYCENTER_BARYCENTER_POINT_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_POINT_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_POINT_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_POINT_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// What the steps of one worker work with.
template <typename T>
struct PointContext {
  const BarycenterProblem& problem;
  const StripLayout &upright, &lying;
  std::size_t size;  // of an image
  const SharedAtoms<T>& shared;
  std::size_t kept_bytes;  // for the iterations of a point
  bool atoms_at_once;      // whether the atoms go through a product together
  bool cold = true;

  // Whether a point brings scalings to start from.
  static bool has_start(const BarycenterPoint& point) { return point.start || point.wide_start; }
  // Whether the first half of an iteration is that of SharedAtoms.
  bool is_shared(int iteration) const { return cold && iteration == 0; }
  // Images between two products of an iteration.
  int between() const { return atoms_at_once ? problem.atoms : 1; }
};

// K x of one atom: `produce(i, sum)` gives the register of x at i, `consume(i, value, sum)` takes that of K x.
template <typename Produce, typename Consume>
struct Product {
  Produce produce;
  Consume consume;
};
template <typename Produce, typename Consume>
Product(Produce, Consume) -> Product<Produce, Consume>;

// exp of log-scalings [N] to start from; what stands for no mass starts at 1, as its power would be infinite with mass.
// False where one leaves the range.
template <typename T, typename Source>
bool start_scaling(const StripLayout& layout, std::size_t size, const Source* logs, T* out) {
  std::fill_n(out, size, T(0));  // the padding, too
  unpack(layout, logs, out);
  Vector<T> largest = {};
  each_register<T>(layout, [&](std::size_t i) {
    Vector<T> value = load<T>(out + i);
    value = value > T(kLogZero / 2) ? value : Vector<T>{};
    largest = most<T>(largest, most<T>(value, -value));
    store<T>(out + i, exp_of<T>(value));
  });
  return largest_lane<T>(largest) < std::log(static_cast<T>(Band<T>::kLargest));
}

// One of the scalings that a point starts from, as `start_scaling`.
template <typename T>
bool start_scaling(const BarycenterPoint& point, std::size_t first, const StripLayout& layout, std::size_t size, T* out) {
  return point.start ? start_scaling(layout, size, point.start + first, out)
                     : start_scaling(layout, size, point.wide_start + first, out);
}

template <typename T>
struct Unchanged {
  Vector<T> operator()(std::size_t, const Vector<T>& value) const { return value; }
};

// p, what `change(i, mean)` makes of the mean, from the registers log_mean(i) of log mean + offset; false where either of these
// leaves the range, which weights below zero can make them do while no phi does.
template <typename T, typename LogMean, typename Change = Unchanged<T>>
bool set_barycenter(const StripLayout& layout, LogMean log_mean, double offset, T* p, const Change& change = {}) {
  const double limit = std::log(Band<T>::kLargest);
  if (!(std::abs(offset) < limit)) return false;
  const T factor = static_cast<T>(std::exp(-offset));
  Vector<T> largest = {}, smallest = {};
  each_register<T>(layout, [&](std::size_t i) {
    const Vector<T> value = log_mean(i);
    largest = most<T>(largest, value);
    smallest = least<T>(smallest, value);
    store<T>(p + i, change(i, exp_of<T>(value) * factor));
  });
  const double high = largest_lane<T>(largest), low = -largest_lane<T>(-smallest);
  return std::max(high, high - offset) < limit && std::min(low, low - offset) > -limit;
}

// <g, log p> of the registers p(i)
template <typename T, typename P>
double mean_log(const StripLayout& layout, const T* g, const P& p) {
  double sum = 0;
  each_strip<T>(layout, [&](std::size_t begin, std::size_t end) {
    Vector<T> strip = {};
    for (std::size_t i = begin; i < end; i += Traits<T>::kLanes) strip += load<T>(g + i) * short_log_of<T>(p(i));
    sum += sum_lanes<T>(strip);
  });
  return sum;
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
