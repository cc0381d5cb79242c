// One data point: forward, loss, adjoint (barycenter.h). All images are upright but c, a, d and their gradients, which lie
// (grid_kernel_impl.h). Reciprocals of c and phi are kept, so that no loop divides.

// What the points of a call share.
template <typename T>
struct SharedAtoms {
  Images<T> ones;             // one image
  Images<T> d;                // [S]
  Images<T> first_inverse_c;  // one image: 1 / K 1
  Images<T> first_inverse_phi, first_log_phi;  // [S], of the iteration that starts from ones; log(scale phi)
  T scale;                                     // a power of two near N: logarithms are taken of masses times it, which are
                                               // near 1, so that fewer of their digits are lost to the magnitude
  std::vector<int> first_level;                // [S], -1 where that iteration is out of range
};

// Gradients with respect to the atoms, of one point or of a group of points.
template <typename T>
struct AtomGradients {
  Images<T> d;          // [S], lying
  Images<T> first_phi;  // [S], upright: with respect to phi of the shared first iteration; K and 1 / c are applied to the sum
  bool has_any = false;
};

template <typename T>
class PointWorker {
  static constexpr int kLanes = Traits<T>::kLanes;
  using V = Vector<T>;

 public:
  PointWorker(const BarycenterProblem& problem, const GridKernel<T>& kernel, const SharedAtoms<T>& shared)
      : problem_(problem),
        kernel_(kernel),
        shared_(shared),
        atoms_(problem.atoms),
        iterations_(problem.iterations),
        size_(kernel.size()),
        log_p_(2, size_),
        p_gradient_(2, size_),
        next_(1, size_),
        target_(1, size_),
        weighted_(atoms_, size_),
        levels_c_(static_cast<std::size_t>(atoms_) * iterations_),
        levels_phi_(levels_c_.size()) {}

  bool run(const BarycenterPoint& point, GridScratch<T>& scratch, AtomGradients<T>& gradients) {
    scratch_ = &scratch;
    cold_ = !point.start;
    kept_.prepare(problem_, size_, point.target != nullptr);
    if (!forward(point)) return false;
    if (point.barycenter) pack(kept_.p(iterations_ - 1), point.barycenter);
    if (point.log_scalings) {  // log b = log(p / phi)
      const T* p = kept_.p(iterations_ - 1);
      for (int s = 0; s < atoms_; ++s) {
        const T* inverse_phi = this->inverse_phi(iterations_ - 1, s);
        each([&](std::size_t i) { store<T>(next_[0] + i, short_log_of<T>(load<T>(p + i) * load<T>(inverse_phi + i))); });
        pack(next_[0], point.log_scalings + s * problem_.pixels());
      }
    }
    return point.target ? backward(point, gradients) : true;
  }

 private:
  template <typename Body>
  void each(Body body) const {
    for (std::size_t i = 0, end = kernel_.upright().size(); i < end; i += kLanes) body(i);
  }

  template <typename Body>
  void each_strip(Body body) const {
    const StripLayout& layout = kernel_.upright();
    const std::size_t size = static_cast<std::size_t>(layout.rows) * kLanes;
    for (std::size_t begin = 0; begin < layout.size(); begin += size) body(begin, begin + size);
  }

  template <typename Target>
  void pack(const T* from, Target* to) const {
    const StripLayout& layout = kernel_.upright();
    for (int y = 0; y < layout.rows; ++y) {
      for (int x = 0; x < layout.columns; ++x) *to++ = static_cast<Target>(from[layout.at(y, x)]);
    }
  }

  template <typename Source>
  void unpack(const Source* from, T* to) const {
    const StripLayout& layout = kernel_.upright();
    for (int y = 0; y < layout.rows; ++y) {
      for (int x = 0; x < layout.columns; ++x) to[layout.at(y, x)] = static_cast<T>(*from++);
    }
  }

  bool is_shared(int iteration) const { return cold_ && iteration == 0; }
  const T* inverse_phi(int iteration, int s) {
    return is_shared(iteration) ? shared_.first_inverse_phi[s] : kept_.inverse_phi(iteration, s);
  }
  // b = p / phi of the iteration before; the start counts as 1 / phi with p = 1
  const T* p_before(int iteration) { return iteration == 0 ? shared_.ones[0] : kept_.p_before(iteration); }
  const T* inverse_phi_before(int iteration, int s) {
    if (iteration == 0) return start_[s];
    return is_shared(iteration - 1) ? shared_.first_inverse_phi[s] : kept_.inverse_phi_before(iteration, s);
  }

  bool forward(const BarycenterPoint& point) {
    if (!cold_ && !set_start(point.start)) return false;
    for (int iteration = 0; iteration < iterations_; ++iteration) {
      if (!advance(point, iteration, false)) return false;
      kept_.finish(iteration, [&](int s) { return inverse_phi(iteration, s); });
    }
    return true;
  }

  bool set_start(const float* log_b) {
    if (start_.count() == 0) start_ = Images<T>(atoms_, size_);
    const T limit = std::log(static_cast<T>(Band<T>::kLargest));
    V largest = {};
    for (int s = 0; s < atoms_; ++s) {
      std::fill_n(start_[s], size_, T(0));  // the padding, too
      unpack(log_b + s * problem_.pixels(), start_[s]);
      each([&](std::size_t i) {
        const V value = load<T>(start_[s] + i);
        largest = most<T>(largest, most<T>(value, -value));
        store<T>(start_[s] + i, exp_of<T>(value));
      });
    }
    return largest_lane<T>(largest) < limit;
  }

  // c, phi and p of an iteration. A replay takes the levels of the first time.
  bool advance(const BarycenterPoint& point, int iteration, bool replay) {
    for (int s = 0; s < atoms_; ++s) {
      const T lambda = static_cast<T>(point.weights[s]);
      const T* sum = s > 0 ? log_p_[current_] : nullptr;
      T* next_sum = log_p_[1 - current_];
      if (is_shared(iteration)) {
        if (shared_.first_level[s] < 0) return false;
        const T* log_phi = shared_.first_log_phi[s];
        each([&](std::size_t i) { store<T>(next_sum + i, (sum ? load<T>(sum + i) : V{}) + lambda * load<T>(log_phi + i)); });
      } else if (!half_steps(iteration, s, lambda, sum, next_sum, replay)) {
        return false;
      }
      current_ = 1 - current_;
    }
    return set_barycenter(point, kept_.p(iteration));
  }

  int& level(std::vector<int>& levels, int iteration, int s) { return levels[static_cast<std::size_t>(iteration) * atoms_ + s]; }

  // Makes a product with the shortest kernel that is exact, expected to be as long as in the iteration before.
  template <typename Product>
  bool with_level(std::vector<int>& levels, int iteration, int s, bool replay, Product product) {
    int& used = level(levels, iteration, s);
    if (replay) {
      product(used);
      return true;
    }
    int& needed = needed_[2 * s + (&levels == &levels_phi_)];
    used = iteration > 0 && !is_shared(iteration - 1) ? needed : std::max(0, shared_.first_level[s]);
    return kernel_.make(used, needed, product);
  }

  // c = K b, a = d / c, phi = K a; next_sum = sum + lambda log(scale phi). May repeat a product, so nothing is added in place.
  bool half_steps(int iteration, int s, T lambda, const T* sum, T* next_sum, bool replay) {
    const T *p = p_before(iteration), *inverse_phi = inverse_phi_before(iteration, s), *d = shared_.d[s];
    const T scale = shared_.scale;
    T *inverse_c = kept_.inverse_c(iteration, s), *next_inverse_phi = kept_.inverse_phi(iteration, s);
    const bool first = with_level(levels_c_, iteration, s, replay, [&](int level) {
      return kernel_.template to_lying<true>(
          level, T(1), *scratch_, [=](std::size_t i, V&) { return load<T>(p + i) * load<T>(inverse_phi + i); },
          [=](std::size_t i, const V& c, V&) { store<T>(inverse_c + i, reciprocal<T>(c)); });
    });
    return first && with_level(levels_phi_, iteration, s, replay, [&](int level) {
      return kernel_.template to_upright<true>(
          level, T(1), *scratch_, [=](std::size_t i, V&) { return load<T>(d + i) * load<T>(inverse_c + i); },
          [=](std::size_t i, const V& phi, V&) {
            store<T>(next_inverse_phi + i, reciprocal<T>(phi));
            store<T>(next_sum + i, (sum ? load<T>(sum + i) : V{}) + lambda * short_log_of<T>(phi * scale));
          });
    });
  }

  // p from log p, which is that of prod_s (scale phi_s)^lambda_s; false where either leaves the range, which negative
  // weights can make them do while no phi does
  bool set_barycenter(const BarycenterPoint& point, T* p) {
    const double offset = std::log(static_cast<double>(shared_.scale)) * std::accumulate(point.weights, point.weights + atoms_, 0.0);
    const double limit = std::log(Band<T>::kLargest);
    if (!(std::abs(offset) < limit)) return false;
    const T factor = static_cast<T>(std::exp(-offset));
    const T* log_p = log_p_[current_];
    V largest = {}, smallest = {};
    each([&](std::size_t i) {
      const V value = load<T>(log_p + i);
      largest = most<T>(largest, value);
      smallest = least<T>(smallest, value);
      store<T>(p + i, exp_of<T>(value) * factor);
    });
    const double high = largest_lane<T>(largest), low = -largest_lane<T>(-smallest);
    return std::max(high, high - offset) < limit && std::min(low, low - offset) > -limit;
  }

  // The adjoint, from the last iteration to the first.
  bool backward(const BarycenterPoint& point, AtomGradients<T>& gradients) {
    const double value = loss_and_slope(point, p_gradient_[0]);
    std::fill(point.gradient_weights, point.gradient_weights + atoms_, 0.0);
    double check = value;
    int g = 0;
    for (int segment = kept_.segments() - 1; segment >= 0; --segment) {
      if (segment < kept_.segments() - 1) {
        for (int iteration = kept_.begin(segment); iteration < kept_.end(segment); ++iteration) advance(point, iteration, true);
      }
      for (int iteration = kept_.end(segment) - 1; iteration >= kept_.begin(segment); --iteration) {
        const double common = mean_log(p_gradient_[g], kept_.p(iteration));
        for (int s = 0; s < atoms_; ++s) {
          point.gradient_weights[s] += common - pull_back(point, iteration, s, p_gradient_[g], p_gradient_[1 - g], gradients, check);
        }
        g = 1 - g;
      }
    }
    for (int s = 0; s < atoms_; ++s) check += point.gradient_weights[s];
    if (!std::isfinite(check)) return false;
    *point.loss_value = value;
    return true;
  }

  // The loss at p, and G = p dL/dp, zero in the padding.
  double loss_and_slope(const BarycenterPoint& point, T* gradient) {
    const T scale = shared_.scale;
    unpack(point.target, target_[0]);
    const StripLayout& layout = kernel_.upright();
    const V floor = broadcast<T>(T(1e-30));
    const T* p_image = kept_.p(iterations_ - 1);
    double value = 0;
    std::size_t i = 0;
    for (int strip = 0; strip < layout.strips(); ++strip) {
      V inside;
      for (int lane = 0; lane < kLanes; ++lane) inside[lane] = strip * kLanes + lane < layout.columns ? T(1) : T(0);
      V sum = {};
      for (int y = 0; y < layout.rows; ++y, i += kLanes) {
        const V p = load<T>(p_image + i), x = load<T>(target_[0] + i);
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
          case Loss::kLinear:
            slope = x;
            term = p * x;
            break;
          default:
            slope = short_log_of<T>(p * scale) - short_log_of<T>(most<T>(x, floor) * scale);
            term = p * slope - difference;
        }
        sum += inside * term;
        store<T>(gradient + i, inside * slope * p);
      }
      value += sum_lanes<T>(sum);
    }
    return value;
  }

  // <g, log p>
  double mean_log(const T* g, const T* p) const {
    double sum = 0;
    each_strip([&](std::size_t begin, std::size_t end) {
      V strip = {};
      for (std::size_t i = begin; i < end; i += kLanes) strip += load<T>(g + i) * short_log_of<T>(load<T>(p + i));
      sum += sum_lanes<T>(strip);
    });
    return sum;
  }

  // One atom of one iteration, with G of this iteration and the next one to come, summed over the atoms. `weighted` holds
  // -gb * b. Every image that is summed into is first written by the iteration that comes first.
  //
  // Returns <G, log b>, which <G, log p> exceeds by the gradient of lambda, <G, log phi>. Training moves weights only in
  // directions that keep their sum, and there the small logarithms of b leave more digits than the large ones of phi.
  double pull_back(const BarycenterPoint& point, int iteration, int s, const T* g, T* next_g, AtomGradients<T>& gradients, double& check) {
    const bool last = iteration == iterations_ - 1;
    const T *p = kept_.p(iteration), *inverse_phi = this->inverse_phi(iteration, s);
    const T lambda = static_cast<T>(point.weights[s]);
    T* weighted = weighted_[s];
    const auto gradient_phi = [=](std::size_t i, V& sum) {  // gphi = (lambda G - gb b) / phi
      const V share = load<T>(g + i), inverse = load<T>(inverse_phi + i);
      sum += share * short_log_of<T>(load<T>(p + i) * inverse);
      return (last ? lambda * share : lambda * share + load<T>(weighted + i)) * inverse;
    };
    if (is_shared(iteration)) {
      T* first_phi = gradients.first_phi[s];
      double slope = 0;
      each_strip([&](std::size_t begin, std::size_t end) {
        V sum = {}, total = {};
        for (std::size_t i = begin; i < end; i += kLanes) {
          const V value = gradient_phi(i, sum);
          total += value;
          store<T>(first_phi + i, value);
        }
        slope += sum_lanes<T>(sum);
        check += sum_lanes<T>(total);
      });
      return slope;
    }

    const T *inverse_c = kept_.inverse_c(iteration, s), *d = shared_.d[s];
    T *gradient = gradients.d[s], *next = next_[0];
    // ga = K gphi; gd += ga / c; then ga a / c
    const auto pulled = kernel_.template to_lying<false>(
        level(levels_phi_, iteration, s), T(0), *scratch_, gradient_phi, [=](std::size_t i, const V& ga, V& sum) {
          const V inverse = load<T>(inverse_c + i);
          const V share = ga * inverse;
          const V total = last ? share : load<T>(gradient + i) + share;
          sum += total;
          store<T>(gradient + i, total);
          store<T>(next + i, share * (load<T>(d + i) * inverse));
        });
    check += pulled.consumed;
    if (iteration == 0) return pulled.produced;

    const T *p_before = this->p_before(iteration), *before = inverse_phi_before(iteration, s);
    kernel_.template to_upright<false>(
        level(levels_c_, iteration, s), T(0), *scratch_, [=](std::size_t i, V&) { return load<T>(next + i); },
        [=](std::size_t i, const V& minus_gb, V&) {  // kept as -gb * b, b = p / phi of the iteration before
          const V value = minus_gb * (load<T>(p_before + i) * load<T>(before + i));
          store<T>(weighted + i, value);
          store<T>(next_g + i, (s > 0 ? load<T>(next_g + i) : V{}) - value);
        });
    return pulled.produced;
  }

  const BarycenterProblem& problem_;
  const GridKernel<T>& kernel_;
  const SharedAtoms<T>& shared_;
  const int atoms_, iterations_;
  const std::size_t size_;
  bool cold_ = true;
  int current_ = 0;  // which of log_p_ holds the sum so far
  GridScratch<T>* scratch_ = nullptr;  // of this call
  KeptIterations<T> kept_;
  Images<T> start_;            // [S] b to start from
  Images<T> log_p_;            // two images, read and written in turn
  Images<T> p_gradient_;       // G of this iteration and of the one before
  Images<T> next_, target_;    // one image each
  Images<T> weighted_;         // [S]
  std::vector<int> levels_c_, levels_phi_;  // [L, S]
  std::vector<int> needed_ = std::vector<int>(2 * static_cast<std::size_t>(atoms_));
};
