// The products of data points on a grid: one after the other, each by the shortest kernel that is exact for it, so that the
// images of an atom stay in the cache from one to the next.

enum class Half { kC, kPhi };

// The kernel levels of the products of one data point: found on the way forward, taken again by replays and the adjoint.
template <typename T>
class KernelLevels {
 public:
  KernelLevels(const GridKernel<T>& kernel, const PointContext<T>& context)
      : kernel_(kernel),
        context_(context),
        atoms_(context.problem.atoms),
        used_(2 * static_cast<std::size_t>(context.problem.iterations) * atoms_),
        needed_(2 * static_cast<std::size_t>(atoms_)) {}

  int of(Half half, int iteration, int s) const { return used_[slot(half, iteration, s)]; }

  // Makes a product with the shortest kernel that is exact, expected to be as long as in the iteration before. May repeat it,
  // so it must not change its input. False if no kernel is exact.
  template <typename Product>
  bool make(Half half, int iteration, int s, bool replay, Product product) {
    int& used = used_[slot(half, iteration, s)];
    if (replay) {
      product(used);
      return true;
    }
    int& needed = needed_[slot(half, 0, s)];
    used = iteration > 0 && !context_.is_shared(iteration - 1) ? needed : std::max(0, context_.shared.first_level[s]);
    return kernel_.make(used, needed, product);
  }

 private:
  std::size_t slot(Half half, int iteration, int s) const {
    return 2 * (static_cast<std::size_t>(iteration) * atoms_ + s) + (half == Half::kPhi);
  }

  const GridKernel<T>& kernel_;
  const PointContext<T>& context_;
  const int atoms_;
  std::vector<int> used_;    // [L, S, 2]
  std::vector<int> needed_;  // [S, 2], of the last iteration
};

template <typename T, typename Steps>
class GridProducts {
  using State = PointState<T, Steps>;

 public:
  using Kernel = GridKernel<T>;
  static constexpr bool kAtomsAtOnce = false;

  GridProducts(const GridKernel<T>& kernel, const PointContext<T>& context)
      : kernel_(kernel), context_(context), levels_(kernel, context), scratch_(kernel.make_scratch()) {}

  GridScratch<T>& scratch() { return scratch_; }

  // An iteration of the one point that is given. A replay takes the levels of the first time.
  void advance(const std::vector<State*>& points, int iteration, bool replay) {
    State& state = *points.front();
    state.in_range = make_marginals(state.steps, iteration, replay) && state.steps.finish(iteration);
  }

  // The adjoint of an iteration.
  void pull_back(const std::vector<State*>& points, int iteration) {
    State& state = *points.front();
    Steps& steps = state.steps;
    const double common = steps.common(iteration, state.g());
    for (int s = 0; s < context_.problem.atoms; ++s) {
      const double share = context_.is_shared(iteration) ? state.pull_back_shared(iteration, s) : pull_back_atom(state, iteration, s);
      state.point->gradient_weights[s] += common + share;
    }
  }

 private:
  bool make_marginals(Steps& steps, int iteration, bool replay) {
    for (int s = 0; s < context_.problem.atoms; ++s) {
      if (context_.is_shared(iteration)) {
        if (context_.shared.first_level[s] < 0) return false;
        steps.take_shared(s);
        continue;
      }
      const bool has_c = levels_.make(Half::kC, iteration, s, replay, [&](int level) {
        const auto product = steps.c_product(iteration, s);
        return kernel_.template to_lying<true>(level, T(1), scratch_, product.produce, product.consume);
      });
      if (!has_c || !steps.make_a(iteration, s)) return false;
      const bool has_phi = levels_.make(Half::kPhi, iteration, s, replay, [&](int level) {
        const auto product = steps.phi_product(iteration, s);
        return kernel_.template to_upright<true>(level, T(1), scratch_, product.produce, product.consume);
      });
      if (!has_phi) return false;
    }
    return true;
  }

  double pull_back_atom(State& state, int iteration, int s) {
    const auto phi = state.steps.phi_adjoint(iteration, s, state.g(), state.gradients);
    const auto pulled = kernel_.template to_lying<false>(levels_.of(Half::kPhi, iteration, s), T(0), scratch_, phi.produce, phi.consume);
    state.check += pulled.consumed;
    if (iteration > 0) {
      const auto c = state.steps.c_adjoint(iteration, s, state.next_g());
      kernel_.template to_upright<false>(levels_.of(Half::kC, iteration, s), T(0), scratch_, c.produce, c.consume);
    }
    return pulled.produced;
  }

  const GridKernel<T>& kernel_;
  const PointContext<T>& context_;
  KernelLevels<T> levels_;
  GridScratch<T> scratch_;
};
