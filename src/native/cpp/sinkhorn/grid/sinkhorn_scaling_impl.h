// Scalings as they are, in float.
//
// A sum is exact to rounding where two things hold. What its blurs leave out is at most kLost of it: each blur of a line
// stops at the distance where the rest of the line, whatever lies there, adds less than kLost of the sum itself or of a
// floor below which no product needs digits. And no underflow matters: the least entry of a product is far above the
// smallest normal numbers. Both the floor and that entry are examined for each product.
#if defined(OTLEARN_SINKHORN_GRID_SINKHORN_SCALING_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_GRID_SINKHORN_SCALING_IMPL_H
#undef OTLEARN_SINKHORN_GRID_SINKHORN_SCALING_IMPL_H
#else
#define OTLEARN_SINKHORN_GRID_SINKHORN_SCALING_IMPL_H
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
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

class ScalingDomain {
  using V = Vector<float>;

 public:
  using Number = float;
  static constexpr bool kResumes = false;

  // Of the product at hand.
  struct Certificate {
    int side;    // 0 for K v, 1 for K^T u
    double sum;  // of the scalings that K was applied to
  };

  ScalingDomain(const SinkhornGrid& grid, std::size_t points)
      : epsilon_(static_cast<float>(grid.epsilon)),
        scale_(static_cast<float>(1 / grid.epsilon)),
        least_product_(static_cast<double>(points) * std::numeric_limits<float>::min() / kLost) {
    for (const auto& exponents : grid.exponents) {
      std::vector<float> taps;
      double total = -1;
      for (const double exponent : exponents) {
        taps.push_back(exponent < kLargestExponent ? static_cast<float>(std::exp(-exponent)) : 0);
        total += 2 * taps.back();
      }
      taps.push_back(0);
      const auto end = std::lower_bound(exponents.begin(), exponents.end(), kLargestExponent);
      const int radius = static_cast<int>(end - exponents.begin()) - 1;
      if (end != exponents.end()) dropped_ = std::exp(-kLargestExponent);
      const auto likely = std::lower_bound(exponents.begin(), end, -std::log(kLost));
      reaches_.add_axis(std::min(static_cast<int>(likely - exponents.begin()), radius), radius);
      taps_.push_back(std::move(taps));
      amplification_ *= 1 + total;
    }
  }

  static float one() { return 1; }

  void masses(AlignedVector<float>&) const {}

  void set_pair(const SinkhornPair& pair, const SinkhornRule& rule, std::size_t points) {
    rule_ = rule;
    const std::size_t all = points * pair.count;
    const auto has_zeros = [=](const float* masses) { return std::find(masses, masses + all, 0.0f) != masses + all; };
    zeros_ = has_zeros(pair.a) || (!rule.symmetric && has_zeros(pair.b));
    floor_[0] = floor_[1] = 0;
    floors_ = !rule.unchecked;
    product_.side = 0;
    reaches_.forget();
  }

  // v into the image, scaled so that its largest entry is 1: a constant in g changes nothing but the constant in f, or goes
  // into lambda. Returns what was taken off g.
  template <typename Grid>
  double start(const SinkhornPair& pair, const Grid& grid, AlignedVector<float>& image) {
    double taken = 0;
    std::fill(image.begin(), image.end(), 0.0f);
    grid.to_image(pair.b, pair.count, image.data());
    if (pair.start) {
      const AlignedVector<float> masses = image;
      grid.to_image(pair.start, pair.count, image.data());
      const V none = broadcast<float>(std::numeric_limits<float>::lowest());
      V largest = none;
      const auto present = [&](std::size_t i) { return load<float>(masses.data() + i) > V{}; };
      for (std::size_t i = 0; i < image.size(); i += kLanes) {
        largest = most<float>(largest, present(i) ? load<float>(image.data() + i) : none);
      }
      float top = largest[0];
      for (int lane = 1; lane < kLanes; ++lane) top = std::max(top, largest[lane]);
      taken = top;
      for (std::size_t i = 0; i < image.size(); i += kLanes) {
        const V scaling = exp_of<float>((load<float>(image.data() + i) - top) * scale_);
        store<float>(image.data() + i, present(i) ? scaling : V{});
      }
    }
    V sum{};
    for (std::size_t i = 0; i < image.size(); i += kLanes) sum += load<float>(image.data() + i);
    product_.sum = sum_lanes<float>(sum);
    new_scalings_ = false;
    return taken;
  }

  // `sum` of the lines, or null where they are those that `update` made, from which the next product begins.
  void blur(int k, std::size_t strip, const V* sum, int length, const float* lines, const LineTarget<float>& out) {
    const float floor = floor_[sum ? product_.side : next_side()];
    const V rest = (sum ? *sum : strip_total_) * static_cast<float>(1 / kLost);
    blur_lines<float>(lines, length, taps_[k].data(), {rest, broadcast<float>(floor)}, reaches_.of(k, strip, !sum), out);
  }

  // Before a product is complete.
  void new_product() { least_ = infinity(); }

  void examine(const float* product, const float* masses, int length, int lanes) {
    V lines_least = least_;
    for (int i = 0; i < length * kLanes; i += kLanes) {
      const V y = load<float>(product + i);
      lines_least = least<float>(lines_least, excused(load<float>(masses + i)) ? infinity() : y);
    }
    least_ = within(lanes) ? lines_least : least_;
  }

  // The scalings masses / product of a strip, `product` with momentum where `relaxed`; `kept` receives the latter.
  void update(const float* product, const float* masses, float* kept, bool relaxed, const Raise<float>& raise, int length,
              int lanes, float* scaled) {
    if (!new_scalings_) total_ = V{}, new_scalings_ = true;
    Accumulator of{least_, V{}};
    if (raise.any) {
      raise_lines(product, masses, kept, relaxed, raise, length, scaled, of);
    } else if (relaxed) {
      relax(product, masses, kept, length, scaled, of);
    } else {
      if (kept) std::memcpy(kept, product, length * kLanes * sizeof(float));
      if (zeros_) divide_lines<true>(product, masses, length, scaled, of);
      else divide_lines<false>(product, masses, length, scaled, of);
    }
    least_ = within(lanes) ? of.least : least_;
    total_ += within(lanes) ? of.total : V{};
    strip_total_ = of.total;
  }

  // Whether the product at hand is exact. Then the scalings that followed from it, if any, are what K is applied to.
  bool certify() {
    float smallest_entry = least_[0];
    for (int lane = 1; lane < kLanes; ++lane) smallest_entry = std::min(smallest_entry, least_[lane]);
    const double entry = smallest_entry, floor = floor_[product_.side];
    // kernel entries that are no normal numbers are left out, whatever they are applied to
    in_range_ = product_.sum <= kLargestSum && entry >= std::max(least_product_, dropped_ * product_.sum / kLost);
    const bool exact = in_range_ && entry >= floor * amplification_;
    if (exact && floors_) floor_[product_.side] = static_cast<float>(entry * kFall / amplification_);
    if (new_scalings_) product_ = {next_side(), sum_lanes<float>(total_)};
    new_scalings_ = false;
    return exact || rule_.unchecked;
  }

  Certificate certificate() const { return product_; }

  // Takes up a certificate after a product that was not exact; false if that could not be changed.
  bool retry(const Certificate& before) {
    if (!in_range_ || !floors_) return false;
    product_ = before;
    new_scalings_ = false;
    floor_[0] = floor_[1] = 0;
    floors_ = false;
    return true;
  }

  // By lanes.
  V violation(const float* masses, const float* product, const float* next, int length) const {
    V sum{};
    for (int i = 0; i < length * kLanes; i += kLanes) {
      const V mass = load<float>(masses + i);
      const V change = mass * (load<float>(next + i) / load<float>(product + i) - 1.0f);
      sum += mass > V{} ? (change < V{} ? -change : change) : V{};
    }
    return sum;
  }

  static void raise(AlignedVector<float>& products, const Raise<float>& by) {
    for (std::size_t i = 0; i < products.size(); i += kLanes) {
      const V log = log_of<float>(most<float>(load<float>(products.data() + i), smallest()));
      store<float>(products.data() + i, exp_of<float>(by(log)));
    }
  }
  static PenalizedSums<float> penalized(const float* masses, const float* kept, int length, float share, const V& offset) {
    PenalizedSums<float> sums;
    for (int i = 0; i < length * kLanes; i += kLanes) {
      sums.add(load<float>(masses + i), log_of<float>(most<float>(load<float>(kept + i), smallest())) * share - offset);
    }
    return sums;
  }

  void potentials(const AlignedVector<float>& masses, AlignedVector<float>& products) const {
    for (std::size_t i = 0; i < products.size(); i += kLanes) {
      const V mass = load<float>(masses.data() + i);
      const V product = most<float>(load<float>(products.data() + i), smallest());
      const V scaling = divide<float>(mass, product);
      // a quotient that is no normal number is the difference of two logarithms
      const V log = scaling > smallest() && scaling < broadcast<float>(1e38f)
                        ? log_of<float>(scaling)
                        : log_of<float>(most<float>(mass, smallest())) - log_of<float>(product);
      store<float>(products.data() + i, mass > V{} ? log * epsilon_ : broadcast<float>(kNoMassPotential));
    }
  }
  void kl_potentials(AlignedVector<float>& products) const {
    for (std::size_t i = 0; i < products.size(); i += kLanes) {
      const V log = log_of<float>(most<float>(load<float>(products.data() + i), smallest()));
      store<float>(products.data() + i, log * -epsilon_);
    }
  }

  // A product where it need not be exact may be zero; its logarithm stays finite.
  static void to_logs(std::vector<double>& values) {
    for (double& value : values) value = std::log(std::max<double>(value, std::numeric_limits<float>::min()));
  }

 private:
  using Mask = decltype(V{} < V{});
  static constexpr int kLanes = Traits<float>::kLanes;
  static constexpr double kLost = 6e-8;           // half a unit in the last place
  static constexpr double kLargestExponent = 87;  // kernel entries beyond it are no normal numbers
  static constexpr double kLargestSum = 1e32;     // of scalings, so that nothing overflows
  static constexpr double kFall = 0.05;           // an iteration hardly makes the least entry of a product smaller than that

  struct Accumulator {
    V least, total;
  };

  static V infinity() { return broadcast<float>(std::numeric_limits<float>::infinity()); }
  static V smallest() { return broadcast<float>(std::numeric_limits<float>::min()); }

  // Which lanes are no padding.
  static Mask within(int lanes) {
    V number;
    for (int lane = 0; lane < kLanes; ++lane) number[lane] = static_cast<float>(lane);
    return number < broadcast<float>(static_cast<float>(lanes));
  }
  // Points whose products need not be exact.
  Mask excused(const V& mass) const { return mass <= broadcast<float>(rule_.everywhere ? -1.0f : 0.0f); }

  template <bool kZeros>
  void divide_lines(const float* product, const float* masses, int length, float* scaled, Accumulator& of) const {
    for (int i = 0; i < length * kLanes; i += kLanes) {
      const V y = load<float>(product + i), mass = load<float>(masses + i);
      of.least = least<float>(of.least, kZeros && !rule_.everywhere ? (mass > V{} ? y : infinity()) : y);
      const V scaling = divide<float>(mass, most<float>(y, smallest()));
      of.total += scaling;
      store<float>(scaled + i, scaling);
    }
  }

  void relax(const float* product, const float* masses, float* kept, int length, float* scaled, Accumulator& of) const {
    const float omega = static_cast<float>(rule_.momentum);
    for (int i = 0; i < length * kLanes; i += kLanes) {
      const V y = load<float>(product + i), mass = load<float>(masses + i);
      of.least = least<float>(of.least, excused(mass) ? infinity() : y);
      const V before = log_of<float>(most<float>(load<float>(kept + i), smallest()));
      const V relaxed = exp_of<float>(before * (1 - omega) + log_of<float>(most<float>(y, smallest())) * omega);
      const V scaling = divide<float>(mass, relaxed);
      of.total += scaling;
      store<float>(kept + i, relaxed);
      store<float>(scaled + i, scaling);
    }
  }

  // Of a marginal with a penalty.
  void raise_lines(const float* product, const float* masses, float* kept, bool relaxed, const Raise<float>& raise, int length,
                   float* scaled, Accumulator& of) const {
    const float omega = relaxed ? static_cast<float>(rule_.momentum) : 1;
    for (int i = 0; i < length * kLanes; i += kLanes) {
      const V y = load<float>(product + i), mass = load<float>(masses + i);
      of.least = least<float>(of.least, excused(mass) ? infinity() : y);
      V log = raise(log_of<float>(most<float>(y, smallest())));
      if (relaxed) log = log_of<float>(most<float>(load<float>(kept + i), smallest())) * (1 - omega) + log * omega;
      const V raised = exp_of<float>(log);
      const V scaling = divide<float>(mass, raised);
      of.total += scaling;
      store<float>(kept + i, raised);
      store<float>(scaled + i, scaling);
    }
  }

  int next_side() const { return rule_.symmetric ? 0 : 1 - product_.side; }

  const float epsilon_, scale_;
  const double least_product_;            // an entry above it loses nothing to underflow
  double dropped_ = 0;                    // the largest kernel entry that is left out may be as large
  double amplification_ = 1;              // how much of an error of each blur a product has at most
  std::vector<std::vector<float>> taps_;  // of each axis, and a zero behind them
  Reaches<float> reaches_;
  SinkhornRule rule_;
  bool zeros_ = false, new_scalings_ = false, in_range_ = false, floors_ = true;
  float floor_[2] = {0, 0};
  Certificate product_{};
  V least_{}, total_{}, strip_total_{};  // of the strips so far, and of the last one
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
