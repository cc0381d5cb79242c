// The plain iteration, a = d / K b and b = p / K a, and its adjoint. Reciprocals of c = K b and phi = K a are kept, so that no
// loop divides, and neither a nor b is ever in memory.
template <typename T>
class PlainSteps {
  static constexpr int kLanes = Traits<T>::kLanes;
  using V = Vector<T>;

 public:
  // Whether this number type holds the masses of an atom: what it makes 0 would have added nothing.
  static bool holds(const double*, std::size_t) { return true; }
  // a of the first iteration, of whose c the reciprocal is given; false where it leaves the range.
  static bool first_a(const BarycenterProblem&, const StripLayout& lying, const T* d, const T* inverse_c, T* a) {
    each_register<T>(lying, [=](std::size_t i) { store<T>(a + i, load<T>(d + i) * load<T>(inverse_c + i)); });
    return true;
  }
  // The gradient at mass d, from what `pull_back` summed and ga of the shared first iteration.
  static T gradient_of(const BarycenterProblem&, T, T sum, T first_ga, T, T first_inverse_c) {
    return sum + first_ga * first_inverse_c;
  }

  explicit PlainSteps(const PointContext<T>& context)
      : context_(context),
        atoms_(context.problem.atoms),
        iterations_(context.problem.iterations),
        kept_(context.problem, context.kernel.size(), 2 * atoms_ + 1, atoms_ + 1),
        levels_(context),
        log_p_(2, context.kernel.size()),
        next_(1, context.kernel.size()),
        weighted_(atoms_, context.kernel.size()) {}

  KeptIterations<T>& kept() { return kept_; }
  T* p(int iteration) { return kept_.at(iteration, 0); }

  bool set_start(const float* log_b) {
    const std::size_t size = context_.kernel.size();
    if (start_.count() == 0) start_ = Images<T>(atoms_, size);
    for (int s = 0; s < atoms_; ++s) {
      if (!start_scaling(upright(), size, log_b + s * context_.problem.pixels(), start_[s])) return false;
    }
    return true;
  }

  // c, phi and p of an iteration. A replay takes the levels of the first time.
  bool advance(const BarycenterPoint& point, int iteration, bool replay) {
    const double all = std::accumulate(point.weights, point.weights + atoms_, 0.0);
    const double offset = std::log(static_cast<double>(context_.shared.scale)) * all;  // log p is that of prod (scale phi)^lambda
    if (context_.is_shared(iteration)) return set_shared(point, offset);
    int current = 0;  // which of log_p_ holds the sum so far
    for (int s = 0; s < atoms_; ++s) {
      const T* sum = s > 0 ? log_p_[current] : nullptr;
      T* next_sum = log_p_[1 - current];
      if (!half_steps(iteration, s, static_cast<T>(point.weights[s]), sum, next_sum, replay)) return false;
      current = 1 - current;
    }
    const T* log_p = log_p_[current];
    return set_barycenter<T>(upright(), [=](std::size_t i) { return load<T>(log_p + i); }, offset, p(iteration));
  }

  void write_log_scalings(float* out) {  // log b = log(p / phi)
    const T* p = this->p(iterations_ - 1);
    T* log_b = next_[0];
    for (int s = 0; s < atoms_; ++s) {
      const T* inverse_phi = this->inverse_phi(iterations_ - 1, s);
      each_register<T>(upright(), [=](std::size_t i) {
        store<T>(log_b + i, short_log_of<T>(load<T>(p + i) * load<T>(inverse_phi + i)));
      });
      pack(upright(), log_b, out + s * context_.problem.pixels());
    }
  }

  // One iteration, from its G to that of the iteration before.
  //
  // The gradient of lambda_s is <G, log phi_s> = <G, log p> - <G, log b_s>. Training moves weights only in directions that keep
  // their sum, and there the small logarithms of b leave more digits than the large ones of phi.
  void pull_back(const BarycenterPoint& point, int iteration, const T* g, T* next_g, AtomGradients<T>& gradients, double& check) {
    const double common = mean_log(upright(), g, p(iteration));
    for (int s = 0; s < atoms_; ++s) {
      point.gradient_weights[s] += common - pull_back_atom(point, iteration, s, g, next_g, gradients, check);
    }
  }

 private:
  const StripLayout& upright() const { return context_.kernel.upright(); }
  T* inverse_c(int iteration, int s) { return kept_.at(iteration, 1 + atoms_ + s); }
  const T* inverse_phi(int iteration, int s) {
    return context_.is_shared(iteration) ? context_.shared.first_inverse_phi[s] : kept_.at(iteration, 1 + s);
  }
  // b = p / phi of the iteration before; the start counts as 1 / phi with p = 1
  const T* p_before(int iteration) { return iteration == 0 ? context_.shared.ones[0] : kept_.before(iteration, 0); }
  const T* inverse_phi_before(int iteration, int s) {
    if (iteration == 0) return start_[s];
    return context_.is_shared(iteration - 1) ? context_.shared.first_inverse_phi[s] : kept_.before(iteration, 1 + s);
  }

  // p of the shared first iteration.
  bool set_shared(const BarycenterPoint& point, double offset) {
    const SharedAtoms<T>& shared = context_.shared;
    if (std::any_of(shared.first_level.begin(), shared.first_level.end(), [](int level) { return level < 0; })) return false;
    const std::vector<T> weights(point.weights, point.weights + atoms_);
    std::vector<const T*> log_phi(atoms_);
    for (int s = 0; s < atoms_; ++s) log_phi[s] = shared.first_log_phi[s];
    const auto log_p = [lambda = weights.data(), logs = log_phi.data(), atoms = log_phi.size()](std::size_t i) {
      V sum = {};
      for (std::size_t s = 0; s < atoms; ++s) sum += lambda[s] * load<T>(logs[s] + i);
      return sum;
    };
    return set_barycenter<T>(upright(), log_p, offset, p(0));
  }

  // c = K b, a = d / c, phi = K a; next_sum = sum + lambda log(scale phi). May repeat a product, so nothing is added in place.
  bool half_steps(int iteration, int s, T lambda, const T* sum, T* next_sum, bool replay) {
    const GridKernel<T>& kernel = context_.kernel;
    const T *p = p_before(iteration), *inverse_phi = inverse_phi_before(iteration, s), *d = context_.shared.d[s];
    const T scale = context_.shared.scale;
    T *inverse_c = this->inverse_c(iteration, s), *next_inverse_phi = kept_.at(iteration, 1 + s);
    const bool first = levels_.make(Half::kC, iteration, s, replay, [&](int level) {
      return kernel.template to_lying<true>(
          level, T(1), *context_.scratch, [=](std::size_t i, V&) { return load<T>(p + i) * load<T>(inverse_phi + i); },
          [=](std::size_t i, const V& c, V&) { store<T>(inverse_c + i, reciprocal<T>(c)); });
    });
    return first && levels_.make(Half::kPhi, iteration, s, replay, [&](int level) {
      return kernel.template to_upright<true>(
          level, T(1), *context_.scratch, [=](std::size_t i, V&) { return load<T>(d + i) * load<T>(inverse_c + i); },
          [=](std::size_t i, const V& phi, V&) {
            store<T>(next_inverse_phi + i, reciprocal<T>(phi));
            store<T>(next_sum + i, (sum ? load<T>(sum + i) : V{}) + lambda * short_log_of<T>(phi * scale));
          });
    });
  }

  // One atom. G of the iteration before is summed over the atoms; `weighted_` holds -gb * b. Every image that is summed into
  // is first written by the iteration that comes first. Returns <G, log b>.
  double pull_back_atom(const BarycenterPoint& point, int iteration, int s, const T* g, T* next_g, AtomGradients<T>& gradients,
                        double& check) {
    const GridKernel<T>& kernel = context_.kernel;
    const bool last = iteration == iterations_ - 1;
    const T *p = this->p(iteration), *inverse_phi = this->inverse_phi(iteration, s);
    const T lambda = static_cast<T>(point.weights[s]);
    T* weighted = weighted_[s];
    const auto gradient_phi = [=](std::size_t i, V& sum) {  // gphi = (lambda G - gb b) / phi
      const V share = load<T>(g + i), inverse = load<T>(inverse_phi + i);
      sum += share * short_log_of<T>(load<T>(p + i) * inverse);
      return (last ? lambda * share : lambda * share + load<T>(weighted + i)) * inverse;
    };
    if (context_.is_shared(iteration)) {
      const auto [slope, total] = store_each(upright(), gradient_phi, gradients.first_phi[s]);
      check += total;
      return slope;
    }

    const T *inverse_c = this->inverse_c(iteration, s), *d = context_.shared.d[s];
    T *gradient = gradients.d[s], *next = next_[0];
    // ga = K gphi; gd += ga / c; then ga a / c
    const auto pulled = kernel.template to_lying<false>(
        levels_.of(Half::kPhi, iteration, s), T(0), *context_.scratch, gradient_phi, [=](std::size_t i, const V& ga, V& sum) {
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
    kernel.template to_upright<false>(
        levels_.of(Half::kC, iteration, s), T(0), *context_.scratch, [=](std::size_t i, V&) { return load<T>(next + i); },
        [=](std::size_t i, const V& minus_gb, V&) {  // kept as -gb * b, b = p / phi of the iteration before
          const V value = minus_gb * (load<T>(p_before + i) * load<T>(before + i));
          store<T>(weighted + i, value);
          store<T>(next_g + i, (s > 0 ? load<T>(next_g + i) : V{}) - value);
        });
    return pulled.produced;
  }

  const PointContext<T>& context_;
  const int atoms_, iterations_;
  KeptIterations<T> kept_;  // p, 1 / phi [S]; 1 / c [S]
  KernelLevels<T> levels_;
  Images<T> start_;     // [S] b to start from
  Images<T> log_p_;     // two images, read and written in turn
  Images<T> next_;      // one image
  Images<T> weighted_;  // [S]
};
