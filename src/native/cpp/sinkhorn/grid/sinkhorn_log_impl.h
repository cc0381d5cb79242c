// Logarithms of scalings in double, for what scalings cannot hold.
//
// A blur subtracts the largest entry of each line, so that a line may be anywhere, and then works on numbers; a line
// whose sums leave the range of double is added up by log-sum-exp. It is exact for any epsilon.
#if defined(OTLEARN_SINKHORN_GRID_SINKHORN_LOG_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_GRID_SINKHORN_LOG_IMPL_H
#undef OTLEARN_SINKHORN_GRID_SINKHORN_LOG_IMPL_H
#else
#define OTLEARN_SINKHORN_GRID_SINKHORN_LOG_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "base/aligned_array.h"
#include "isa/set.h"
#include "sinkhorn/batch.h"
#include "sinkhorn/grid/blur_impl.h"
#include "sinkhorn/grid/raise_impl.h"
#include "sinkhorn/grid/reach_impl.h"
#include "sinkhorn/grid/sinkhorn_engine.h"
#include "sinkhorn/grid/strip_grid_impl.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

class LogDomain {
  using V = Vector<double>;

 public:
  using Number = double;
  static constexpr bool kResumes = true;
  struct Certificate {};

  LogDomain(const SinkhornGrid& grid, std::size_t) : exponents_(grid.exponents), epsilon_(grid.epsilon) {
    for (const auto& exponents : exponents_) {
      std::vector<double> taps;
      for (const double exponent : exponents) taps.push_back(exponent < kLargestExponent ? std::exp(-exponent) : 0);
      taps.push_back(0);
      const auto end = std::lower_bound(exponents.begin(), exponents.end(), kLargestExponent);
      const auto likely = std::lower_bound(exponents.begin(), end, -std::log(kLost));
      const int radius = static_cast<int>(end - exponents.begin()) - 1;
      reaches_.add_axis(std::min(static_cast<int>(likely - exponents.begin()), radius), radius);
      numbers_.emplace_back(line_registers(static_cast<int>(exponents.size())) * kLanes, 0.0);
      taps_.push_back(std::move(taps));
    }
  }

  static double one() { return 0; }

  void masses(AlignedVector<double>& values) const {
    for (std::size_t i = 0; i < values.size(); i += kLanes) {
      const V mass = load<double>(values.data() + i);
      const V log = log_of<double>(most<double>(mass, broadcast<double>(std::numeric_limits<double>::min())));
      store<double>(values.data() + i, mass > V{} ? log : absent());
    }
  }

  void set_pair(const SinkhornPair&, const SinkhornRule& rule, std::size_t) {
    rule_ = rule;
    reaches_.forget();
  }

  double start(const SinkhornPair& pair, const StripGrid<double>& grid, AlignedVector<double>& image) {
    std::fill(image.begin(), image.end(), 0.0);
    grid.to_image(pair.b, 1, image.data());
    if (!pair.start) {
      masses(image);
      return 0;
    }
    const AlignedVector<double> mass = image;
    grid.to_image(pair.start, 1, image.data());
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = mass[i] > 0 ? image[i] / epsilon_ : kAbsent;
    return 0;
  }

  // Absent mass becomes exp(-708) of the largest entry: nothing beside kLeastSum.
  void blur(int k, std::size_t strip, const V* sum, int length, const double* lines, const LineTarget<double>& out) {
    V largest = load<double>(lines);
    for (int p = 1; p < length; ++p) largest = most<double>(largest, load<double>(lines + p * kLanes));
    double* const numbers = numbers_[k].data() + static_cast<std::ptrdiff_t>(length) * kLanes;
    V rest{};
    for (int p = 0; p < length; ++p) {
      const V number = exp_of<double>(load<double>(lines + p * kLanes) - largest);
      rest += number * (1 / kLost);
      store<double>(numbers + p * kLanes, number);
    }
    blur_lines<double>(numbers, length, taps_[k].data(), {rest, V{}}, reaches_.of(k, strip, !sum), out);
    V least_sum = load<double>(out.to);
    for (int p = 0; p < length; ++p) {
      const V sum = load<double>(out.at(p));
      least_sum = least<double>(least_sum, sum);
      store<double>(out.at(p), largest + log_of<double>(most<double>(sum, broadcast<double>(kLeastSum))));
    }
    for (int lane = 0; lane < kLanes; ++lane) {
      if (!(least_sum[lane] >= kLeastSum)) return log_sum_exp(k, length, lines, out);
    }
  }

  void new_product() {}
  void examine(const double*, const double*, int, int) {}
  bool certify() const { return true; }
  Certificate certificate() const { return {}; }
  bool retry(const Certificate&) const { return false; }

  void update(const double* product, const double* masses, double* kept, bool relaxed, const Raise<double>& raise, int length,
              int, double* scaled) const {
    const double omega = rule_.momentum;
    for (int i = 0; i < length * kLanes; i += kLanes) {
      V y = load<double>(product + i);
      if (raise.any) y = raise(y);
      if (relaxed) y = load<double>(kept + i) * (1 - omega) + y * omega;
      if (kept) store<double>(kept + i, y);
      store<double>(scaled + i, load<double>(masses + i) - y);
    }
  }

  // By lanes.
  V violation(const double* masses, const double* product, const double* next, int length) const {
    V sum{};
    for (int i = 0; i < length * kLanes; i += kLanes) {
      const V mass = load<double>(masses + i);
      const V change = exp_of<double>(mass) * (exp_of<double>(load<double>(next + i) - load<double>(product + i)) - 1.0);
      sum += mass > absent() ? (change < V{} ? -change : change) : V{};
    }
    return sum;
  }

  static void raise(AlignedVector<double>& products, const Raise<double>& by) {
    for (std::size_t i = 0; i < products.size(); i += kLanes) {
      store<double>(products.data() + i, by(load<double>(products.data() + i)));
    }
  }
  static PenalizedSums<double> penalized(const double* masses, const double* kept, int length, double share, const V& offset) {
    PenalizedSums<double> sums;
    for (int i = 0; i < length * kLanes; i += kLanes) {
      const V mass = load<double>(masses + i);
      sums.add(mass > absent() ? exp_of<double>(mass) : V{}, load<double>(kept + i) * share - offset);
    }
    return sums;
  }

  void potentials(const AlignedVector<double>& masses, AlignedVector<double>& products) const {
    for (std::size_t i = 0; i < products.size(); ++i) {
      products[i] = masses[i] > kAbsent ? (masses[i] - products[i]) * epsilon_ : kAbsent;
    }
  }
  void kl_potentials(AlignedVector<double>& products) const {
    for (double& product : products) product *= -epsilon_;
  }

  static void to_logs(std::vector<double>&) {}

 private:
  static constexpr int kLanes = Traits<double>::kLanes;
  static constexpr double kLost = 1e-16;               // a sum may leave out this part of it
  static constexpr double kLargestExponent = 708;      // kernel entries beyond it are no normal numbers
  static constexpr double kLeastSum = 1e-280;          // a sum of a line scaled to 1 loses nothing to underflow above it
  static constexpr double kAbsent = kNoMassPotential;  // log 0 too

  static V absent() { return broadcast<double>(kAbsent); }

  void log_sum_exp(int k, int length, const double* lines, const LineTarget<double>& out) const {
    for (int p = 0; p < length; ++p) {
      const auto term = [&](int q) { return load<double>(lines + q * kLanes) - exponents_[k][p < q ? q - p : p - q]; };
      V largest = term(0);
      for (int q = 1; q < length; ++q) largest = most<double>(largest, term(q));
      V sum{};
      for (int q = 0; q < length; ++q) sum += exp_of<double>(term(q) - largest);
      store<double>(out.at(p), largest + log_of<double>(sum));
    }
  }

  const std::vector<std::vector<double>> exponents_;
  const double epsilon_;
  std::vector<std::vector<double>> taps_;       // of each axis, and a zero behind them
  std::vector<AlignedVector<double>> numbers_;  // of a line with margins, which stay zero
  Reaches<double> reaches_;
  SinkhornRule rule_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
