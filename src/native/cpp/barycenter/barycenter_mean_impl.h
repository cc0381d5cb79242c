// The mean p of the marginals phi_s (mean.ts of the transport folder): prod phi^lambda in the balanced case, else the power
// mean (sum lambda phi^power)^(1 / power).
#if defined(OTLEARN_BARYCENTER_BARYCENTER_MEAN_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_MEAN_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_MEAN_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_MEAN_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "barycenter/barycenter_images_impl.h"
#include "barycenter/barycenter_point_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
class MarginalMean {
  static constexpr int kLanes = Traits<T>::kLanes;
  using V = Vector<T>;

 public:
  explicit MarginalMean(double power) : power_(power), is_geometric_(power == 0) {}

  // log p + offset from the log(scale phi_s). False where a power leaves the range.
  //
  // With l the mean of the log phi_s by the weights w = lambda / sum lambda,
  //     log p = log(sum lambda) / power + l + log1p(sum w expm1(power (log phi_s - l))) / power,
  // whose sum is >= 0 and loses no digits for any power: for a small one the geometric mean remains.
  bool apply(const StripLayout& layout, const double* weights, const std::vector<const T*>& log_phi, T scale, T* log_p,
             double& offset) const {
    const std::size_t atoms = log_phi.size();
    const double all = std::accumulate(weights, weights + atoms, 0.0), log_scale = std::log(static_cast<double>(scale));
    offset = is_geometric_ ? log_scale * all : log_scale - std::log(all) / power_;
    std::vector<T> share(weights, weights + atoms);
    if (!is_geometric_) {
      for (std::size_t s = 0; s < atoms; ++s) share[s] = static_cast<T>(weights[s] / all);
    }
    const T *shares = share.data(), *const *logs = log_phi.data();
    const T power = static_cast<T>(power_), inverse = static_cast<T>(1 / power_);
    V largest = {};
    each_register<T>(layout, [&, shares, logs](std::size_t i) {
      V mean = {};
      for (std::size_t s = 0; s < atoms; ++s) mean += shares[s] * load<T>(logs[s] + i);
      if (!is_geometric_) {
        V sum = {};
        for (std::size_t s = 0; s < atoms; ++s) {
          const V exponent = power * (load<T>(logs[s] + i) - mean);
          largest = most<T>(largest, exponent);
          sum += shares[s] * short_expm1_of<T>(exponent);
        }
        mean += inverse * log1p_of(sum);
      }
      store<T>(log_p + i, mean);
    });
    // the adjoint takes phi_s / p to the power, and p contains the sum of the weights
    return is_geometric_ || largest_lane<T>(largest) - std::min(0.0, std::log(all)) < std::log(Band<T>::kLargest);
  }

  // The adjoint at a register, with G = dloss / d log p and ratio = p / phi_s: dloss / d log phi_s, and to `slope` is added
  // what dloss / d lambda_s exceeds `common` by.
  V pull_back(T lambda, const V& g, const V& ratio, V& slope) const {
    const V log_ratio = short_log_of<T>(ratio);
    if (is_geometric_) {
      slope -= g * log_ratio;
      return lambda * g;
    }
    const V share = g * short_expm1_of<T>(log_ratio * static_cast<T>(-power_));  // G ((phi / p)^power - 1)
    slope += share * static_cast<T>(1 / power_);
    return lambda * (g + share);
  }
  // <G, log p>, or <G, 1> / power
  double common(const StripLayout& layout, const T* g, const T* p) const {
    if (is_geometric_) return mean_log<T>(layout, g, [=](std::size_t i) { return load<T>(p + i); });
    double sum = 0;
    each_strip<T>(layout, [&](std::size_t begin, std::size_t end) {
      V strip = {};
      for (std::size_t i = begin; i < end; i += kLanes) strip += load<T>(g + i);
      sum += sum_lanes<T>(strip);
    });
    return sum / power_;
  }

 private:
  static V log1p_of(const V& x) {  // x >= 0, up to rounding
    const V u = T(1) + x;
    return log_of<T>(u) + (x - (u - T(1))) / u;
  }

  const double power_;
  const bool is_geometric_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
