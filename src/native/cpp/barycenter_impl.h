// The engine of barycenter.h, compiled once for each instruction set (isa_*.cc) and instantiated for float and double.
//
// A kernel application reads (2 r + 1) rows of a zero-padded image, blurs one output row at a time down the columns and
// then along the row, and hands the finished row to what consumes it: no intermediate image is written. All images have
// rows of `pitch` numbers, a whole number of registers; the columns past the width hold neutral values (1 where they are
// divided by, else 0), so that no loop has a remainder.

template <typename T>
struct Band;
template <>
struct Band<float> {
  static constexpr double kCutoff = -87;      // the band leaves out kernel entries below exp(kCutoff)
  static constexpr double kResolution = -15;  // and that is exact where they add less than exp(kResolution) to a sum
  static constexpr float kLargest = 1e32f;    // scalings and their products stay between this and its reciprocal, so that
                                              // sums over all pixels do not overflow and rounding is relative
};
template <>
struct Band<double> {
  static constexpr double kCutoff = -708;
  static constexpr double kResolution = -34;
  static constexpr double kLargest = 1e290;
};

constexpr int kRegisters = 4;  // a blur keeps this many registers of sums

// out[j] = sum_t taps[t] in[t * stride + j] for a block of columns; the sums stay in registers.
template <typename T>
inline void correlate_block(const T* in, std::ptrdiff_t stride, const T* taps, int count, T* out) {
  constexpr int kLanes = Traits<T>::kLanes;
  Vector<T> sum[kRegisters];
  for (int r = 0; r < kRegisters; ++r) sum[r] = Vector<T>{};
  for (int t = 0; t < count; ++t, in += stride) {
    const Vector<T> tap = broadcast<T>(taps[t]);
    for (int r = 0; r < kRegisters; ++r) sum[r] += tap * load<T>(in + r * kLanes);
  }
  for (int r = 0; r < kRegisters; ++r) store<T>(out + r * kLanes, sum[r]);
}

template <typename T>
class Engine final : public BarycenterEngine {
  static constexpr int kLanes = Traits<T>::kLanes;
  static constexpr int kBlock = kRegisters * kLanes;
  using V = Vector<T>;

 public:
  explicit Engine(const BarycenterProblem& problem)
      : h_(problem.height),
        w_(problem.width),
        pitch_((w_ + kBlock - 1) / kBlock * kBlock),
        atoms_(problem.atoms),
        iterations_(problem.iterations),
        n_(static_cast<std::size_t>(h_) * pitch_),
        radius_v_(problem.radius_vertical),
        radius_h_(problem.radius_horizontal),
        taps_v_(mirror(problem.taps_vertical, radius_v_)),
        taps_h_(mirror(problem.taps_horizontal, radius_h_)),
        d_(n_ * atoms_, T(0)),
        inside_(pitch_, T(0)),
        input_(static_cast<std::size_t>(h_ + 2 * radius_v_) * pitch_, T(0)),
        next_input_(input_),
        column_sums_(static_cast<std::size_t>(pitch_) + 2 * radius_h_, T(0)),
        row_(pitch_, T(0)),
        target_(n_, T(0)),
        scalings_(n_ * atoms_),
        p_(n_),
        total_(n_),
        gradient_(n_ * atoms_, T(0)),
        pending_(n_ * atoms_, T(0)) {
    std::fill(inside_.begin(), inside_.begin() + w_, T(1));
  }

  void set_atoms(const double* values) override {
    for (int s = 0; s < atoms_; ++s) unpack(values + s * cells(), d_.data() + s * n_);
  }

  bool run(const BarycenterPoint& point) override {
    keep_iterations(point.target != nullptr);
    if (!forward(point)) return false;
    if (point.barycenter) pack(p_.data(), point.barycenter);
    if (point.log_scalings) {  // log b = log p - log phi; total_ holds log p
      for (int s = 0; s < atoms_; ++s) {
        const T* phi = slot(phi_, iterations_ - 1, s);
        T* b = scalings_.data() + s * n_;
        each(n_, [&](std::size_t i) { store<T>(b + i, load<T>(total_.data() + i) - log_of<T>(load<T>(phi + i))); });
        pack(b, point.log_scalings + s * cells());
      }
    }
    return point.target ? backward(point) : true;
  }

  void drain_gradient(double* out) override {
    for (int s = 0; s < atoms_; ++s) {
      for (int y = 0; y < h_; ++y) {
        const T* from = gradient_.data() + s * n_ + static_cast<std::size_t>(y) * pitch_;
        double* to = out + s * cells() + static_cast<std::size_t>(y) * w_;
        for (int x = 0; x < w_; ++x) to[x] += from[x];
      }
    }
    std::fill(gradient_.begin(), gradient_.end(), T(0));
  }

 private:
  std::size_t cells() const { return static_cast<std::size_t>(h_) * w_; }

  static std::vector<T> mirror(const double* taps, int radius) {
    std::vector<T> all(2 * radius + 1);
    for (int d = -radius; d <= radius; ++d) all[d + radius] = static_cast<T>(taps[d < 0 ? -d : d]);
    return all;
  }

  template <typename Source>
  void unpack(const Source* from, T* to) const {
    for (int y = 0; y < h_; ++y) {
      for (int x = 0; x < w_; ++x) to[static_cast<std::size_t>(y) * pitch_ + x] = static_cast<T>(from[static_cast<std::size_t>(y) * w_ + x]);
    }
  }

  template <typename Target>
  void pack(const T* from, Target* to) const {
    for (int y = 0; y < h_; ++y) {
      for (int x = 0; x < w_; ++x) to[static_cast<std::size_t>(y) * w_ + x] = static_cast<Target>(from[static_cast<std::size_t>(y) * pitch_ + x]);
    }
  }

  template <typename Body>
  static void each(std::size_t count, Body body) {
    for (std::size_t i = 0; i < count; i += kLanes) body(i);
  }

  // Without a loss no adjoint follows, and one iteration's c and phi are enough.
  void keep_iterations(bool all) {
    kept_ = all ? iterations_ : 1;
    const std::size_t needed = n_ * atoms_ * kept_;
    if (c_.size() >= needed) return;
    c_.resize(needed);
    phi_.resize(needed);
  }

  T* slot(std::vector<T>& saved, int iteration, int s) {
    return saved.data() + (static_cast<std::size_t>(iteration % kept_) * atoms_ + s) * n_;
  }
  T* input() { return input_.data() + static_cast<std::size_t>(radius_v_) * pitch_; }
  T* next_input() { return next_input_.data() + static_cast<std::size_t>(radius_v_) * pitch_; }

  // K times the input; `consume(i, values)` receives register after register of the result. Columns past the width
  // arrive as `outside`.
  template <typename Consume>
  void apply(T outside, Consume consume) {
    const T* top = input_.data();
    std::size_t i = 0;
    for (int y = 0; y < h_; ++y, top += pitch_) {
      for (int x = 0; x < pitch_; x += kBlock) {
        correlate_block<T>(top + x, pitch_, taps_v_.data(), 2 * radius_v_ + 1, column_sums_.data() + radius_h_ + x);
      }
      for (int x = 0; x < pitch_; x += kBlock) {
        correlate_block<T>(column_sums_.data() + x, 1, taps_h_.data(), 2 * radius_h_ + 1, row_.data() + x);
      }
      for (int x = 0; x < pitch_; x += kLanes, i += kLanes) {
        const V mask = load<T>(inside_.data() + x);
        consume(i, mask > T(0) ? load<T>(row_.data() + x) : broadcast<T>(outside));
      }
    }
  }

  // Copies an image into the input, zero past the width; returns its largest entry.
  T set_input(const T* values) {
    V largest = {};
    std::size_t i = 0;
    for (int y = 0; y < h_; ++y) {
      for (int x = 0; x < pitch_; x += kLanes, i += kLanes) {
        const V value = load<T>(values + i) * load<T>(inside_.data() + x);
        store<T>(input() + i, value);
        largest = most<T>(largest, value);
      }
    }
    return largest_lane(largest);
  }

  static T largest_lane(const V& value) {
    T result = value[0];
    for (int lane = 1; lane < kLanes; ++lane) result = std::max(result, T(value[lane]));
    return result;
  }
  static T least_lane(const V& value) { return -largest_lane(-value); }

  // True where a kernel product is in range and what the band left out of it, at most n max(input) exp(cutoff), is
  // rounding next to the smallest result.
  bool exact(T largest_input, T smallest_result) const {
    constexpr T kLargest = Band<T>::kLargest;
    if (!(largest_input > T(0) && largest_input < kLargest && smallest_result > 1 / kLargest)) return false;
    const double margin = std::log(static_cast<double>(largest_input)) - std::log(static_cast<double>(smallest_result));
    return margin + std::log(static_cast<double>(n_)) + Band<T>::kCutoff < Band<T>::kResolution;
  }

  bool forward(const BarycenterPoint& point) {
    if (!set_scalings(point.start)) return false;
    for (int iteration = 0; iteration < iterations_; ++iteration) {
      std::fill(total_.begin(), total_.end(), T(0));
      for (int s = 0; s < atoms_; ++s) {
        if (!half_steps(static_cast<T>(point.weights[s]), iteration, s)) return false;
      }
      if (!set_barycenter()) return false;
      if (iteration + 1 == iterations_) break;
      for (int s = 0; s < atoms_; ++s) {  // b = p / phi
        const T* phi = slot(phi_, iteration, s);
        T* b = scalings_.data() + s * n_;
        each(n_, [&](std::size_t i) { store<T>(b + i, load<T>(p_.data() + i) / load<T>(phi + i)); });
      }
    }
    return true;
  }

  // p = exp(total_); false where it leaves the range, which negative weights can make it do while no phi does
  bool set_barycenter() {
    V lowest = {}, highest = {};
    each(n_, [&](std::size_t i) {
      const V log_p = load<T>(total_.data() + i);
      lowest = least<T>(lowest, log_p);
      highest = most<T>(highest, log_p);
      store<T>(p_.data() + i, exp_of<T>(log_p));
    });
    const double limit = std::log(static_cast<double>(Band<T>::kLargest));
    return largest_lane(highest) < limit && least_lane(lowest) > -limit;
  }

  bool set_scalings(const float* start) {
    std::fill(scalings_.begin(), scalings_.end(), T(1));
    if (!start) return true;
    for (int s = 0; s < atoms_; ++s) {
      T* b = scalings_.data() + s * n_;
      for (std::size_t i = 0; i < cells(); ++i) {
        const float log_b = start[s * cells() + i];
        if (!(std::abs(log_b) < -Band<T>::kCutoff)) return false;
      }
      std::fill(b, b + n_, T(0));
      unpack(start + s * cells(), b);
      each(n_, [&](std::size_t i) { store<T>(b + i, exp_of<T>(load<T>(b + i))); });
    }
    return true;
  }

  // c = K b, a = d / c, phi = K a; adds lambda log phi to total_.
  bool half_steps(T lambda, int iteration, int s) {
    T* c = slot(c_, iteration, s);
    T* phi = slot(phi_, iteration, s);
    const T* d = d_.data() + s * n_;
    const T largest_b = set_input(scalings_.data() + s * n_);
    V smallest = broadcast<T>(std::numeric_limits<T>::max());
    apply(T(1), [&](std::size_t i, const V& value) {
      store<T>(c + i, value);
      smallest = least<T>(smallest, value);
    });
    // the neutral 1 past the width can only make the test stricter
    if (!exact(largest_b, least_lane(smallest))) return false;

    V largest = {};
    each(n_, [&](std::size_t i) {
      const V a = load<T>(d + i) / load<T>(c + i);
      store<T>(input() + i, a);
      largest = most<T>(largest, a);
    });
    smallest = broadcast<T>(std::numeric_limits<T>::max());
    apply(T(1), [&](std::size_t i, const V& value) {
      store<T>(phi + i, value);
      store<T>(total_.data() + i, load<T>(total_.data() + i) + lambda * log_of<T>(value));
      smallest = least<T>(smallest, value);
    });
    return exact(largest_lane(largest), least_lane(smallest));
  }

  // The adjoint, from the last iteration to the first. scalings_ holds gb * b, zero at the last iteration.
  bool backward(const BarycenterPoint& point) {
    const double value = loss_and_slope(point);
    std::fill(point.gradient_weights, point.gradient_weights + atoms_, 0.0);
    std::fill(scalings_.begin(), scalings_.end(), T(0));
    std::fill(pending_.begin(), pending_.end(), T(0));
    for (int iteration = iterations_ - 1; iteration >= 0; --iteration) {
      if (iteration < iterations_ - 1) sum_scalings();
      if (iteration > 0) recompute_p(point, iteration - 1);
      for (int s = 0; s < atoms_; ++s) backward_atom(point, iteration, s);
    }
    double check = value;
    for (int s = 0; s < atoms_; ++s) check += point.gradient_weights[s];
    V sum = {};
    each(n_ * atoms_, [&](std::size_t i) { sum += load<T>(pending_.data() + i); });
    if (!std::isfinite(check + sum_lanes<T>(sum))) return false;
    *point.loss_value = value;
    each(n_ * atoms_, [&](std::size_t i) {
      store<T>(gradient_.data() + i, load<T>(gradient_.data() + i) + load<T>(pending_.data() + i));
    });
    return true;
  }

  // The loss at p, and G = p dL/dp in total_, which still holds log p.
  double loss_and_slope(const BarycenterPoint& point) {
    unpack(point.target, target_.data());
    const V floor = broadcast<T>(T(1e-30));
    double value = 0;
    std::size_t i = 0;
    for (int y = 0; y < h_; ++y) {
      V sum = {};
      for (int column = 0; column < pitch_; column += kLanes, i += kLanes) {
        const V inside = load<T>(inside_.data() + column);
        const V p = load<T>(p_.data() + i), x = load<T>(target_.data() + i);
        const V difference = p - x;
        V slope, term;
        switch (point.loss) {
          case Loss::kTotalVariation:
            slope = difference > T(0) ? broadcast<T>(T(1)) : (difference < T(0) ? broadcast<T>(T(-1)) : V{});
            term = difference * slope;
            break;
          case Loss::kQuadratic:
            slope = T(2) * difference;
            term = difference * difference;
            break;
          default:
            slope = load<T>(total_.data() + i) - log_of<T>(most<T>(x, floor));
            term = p * slope - difference;
        }
        sum += inside * term;
        store<T>(total_.data() + i, inside * slope * p);
      }
      value += sum_lanes<T>(sum);
    }
    return value;
  }

  // G = sum_s gb_s b_s
  void sum_scalings() {
    std::fill(total_.begin(), total_.end(), T(0));
    for (int s = 0; s < atoms_; ++s) {
      const T* term = scalings_.data() + s * n_;
      each(n_, [&](std::size_t i) { store<T>(total_.data() + i, load<T>(total_.data() + i) + load<T>(term + i)); });
    }
  }

  // p of an iteration from the saved phi
  void recompute_p(const BarycenterPoint& point, int iteration) {
    std::fill(p_.begin(), p_.end(), T(0));
    for (int s = 0; s < atoms_; ++s) {
      const T lambda = static_cast<T>(point.weights[s]);
      const T* phi = slot(phi_, iteration, s);
      each(n_, [&](std::size_t i) { store<T>(p_.data() + i, load<T>(p_.data() + i) + lambda * log_of<T>(load<T>(phi + i))); });
    }
    each(n_, [&](std::size_t i) { store<T>(p_.data() + i, exp_of<T>(load<T>(p_.data() + i))); });
  }

  void backward_atom(const BarycenterPoint& point, int iteration, int s) {
    const T* phi = slot(phi_, iteration, s);
    const T* c = slot(c_, iteration, s);
    const T* d = d_.data() + s * n_;
    T* weighted = scalings_.data() + s * n_;
    T* gradient = pending_.data() + s * n_;
    const T lambda = static_cast<T>(point.weights[s]);

    double slope = 0;
    for (int y = 0; y < h_; ++y) {  // glambda += <G, log phi>; gphi = (lambda G - gb b) / phi
      V sum = {};
      const std::size_t begin = static_cast<std::size_t>(y) * pitch_;
      for (std::size_t i = begin; i < begin + pitch_; i += kLanes) {
        const V share = load<T>(total_.data() + i), value = load<T>(phi + i);
        sum += share * log_of<T>(value);
        store<T>(input() + i, (lambda * share - load<T>(weighted + i)) / value);
      }
      slope += sum_lanes<T>(sum);
    }
    point.gradient_weights[s] += slope;

    apply(T(0), [&](std::size_t i, const V& ga) {  // gd += ga / c; next input -ga a / c
      const V denominator = load<T>(c + i);
      const V share = ga / denominator;
      store<T>(gradient + i, load<T>(gradient + i) + share);
      store<T>(next_input() + i, -share * (load<T>(d + i) / denominator));
    });
    if (iteration == 0) return;

    std::swap(input_, next_input_);
    const T* previous_phi = slot(phi_, iteration - 1, s);
    apply(T(0), [&](std::size_t i, const V& gb) {  // kept as gb * b, b = p / phi of the iteration before
      store<T>(weighted + i, gb * (load<T>(p_.data() + i) / load<T>(previous_phi + i)));
    });
  }

  const int h_, w_, pitch_, atoms_, iterations_;
  int kept_ = 1;  // iterations whose c and phi are kept
  const std::size_t n_;  // numbers in an image, with the columns past the width
  const int radius_v_, radius_h_;
  const std::vector<T> taps_v_, taps_h_;
  std::vector<T> d_, inside_;
  std::vector<T> input_, next_input_;  // images with radius_v_ rows of zeros above and below
  std::vector<T> column_sums_, row_, target_;
  std::vector<T> scalings_;  // b [S, N]; in the adjoint gb * b
  std::vector<T> c_, phi_;   // [L, S, N]: what the adjoint needs
  std::vector<T> p_, total_;
  std::vector<T> gradient_, pending_;
};

template <typename T>
BarycenterEngine* make_engine(const BarycenterProblem& problem) {
  return new Engine<T>(problem);
}
