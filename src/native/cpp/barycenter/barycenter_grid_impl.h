// The products of data points on a grid: one after the other, each by the shortest kernel that is exact for it, so that the
// images of an atom stay in the cache from one to the next.
#if defined(OTLEARN_BARYCENTER_BARYCENTER_GRID_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_GRID_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_GRID_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_GRID_IMPL_H
#endif

#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_point_impl.h"
#include "barycenter/grid_kernel_impl.h"
#include "barycenter/point_state_impl.h"
#include "isa/set.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T, typename Steps>
class GridProducts {
  using State = PointState<T, Steps>;

 public:
  using Kernel = GridKernel<T>;
  static constexpr bool kAtomsAtOnce = false;
  static int together(const BarycenterProblem&, std::size_t) { return 1; }

  GridProducts(const GridKernel<T>& kernel, const PointContext<T>& context)
      : kernel_(kernel), context_(context), scratch_(kernel.make_scratch()) {}

  GridScratch<T>& scratch() { return scratch_; }

  // An iteration of the one point that is given. A replay takes the levels of the first time.
  void advance(const std::vector<State*>& points, int iteration, bool replay) {
    State& state = *points.front();
    state.in_range =
        make_marginals(state, iteration, replay) && (state.ends_before(iteration) || state.steps.finish(iteration));
  }
  // The products that the error before an iteration follows from.
  void advance_c(const std::vector<State*>& points, int iteration) {
    for (State* state : points) {
      for (int s = 0; s < context_.problem.atoms && state->in_range; ++s) state->in_range = make_c(*state, iteration, s, false);
      if (state->in_range) state->in_range = make_debias(*state, iteration, false);
    }
  }

  // The adjoint of an iteration.
  void pull_back(const std::vector<State*>& points, int iteration) {
    State& state = *points.front();
    const double common = state.steps.common(iteration, state.g());
    for (int s = 0; s < context_.problem.atoms; ++s) {
      const bool is_shared = context_.is_shared(iteration);
      const double share = is_shared ? state.pull_back_shared(iteration, s) : pull_back_atom(state, iteration, s);
      state.point->gradient_weights[s] += common + share;
    }
    if constexpr (Steps::kIsDebiased) pull_back_debias(state, iteration);
  }

 private:
  bool make_marginals(State& state, int iteration, bool replay) {
    if (context_.is_shared(iteration)) return context_.shared.is_in_range();
    Steps& steps = state.steps;
    for (int s = 0; s < context_.problem.atoms; ++s) {
      if (!make_c(state, iteration, s, replay) || !steps.make_a(iteration, s)) return false;
      const bool has_phi = make(state.levels, Half::kPhi, iteration, s, replay, [&](int level) {
        const auto product = steps.phi_product(iteration, s);
        return kernel_.template to_upright<true>(level, T(1), scratch_, product.produce, product.consume);
      });
      if (!has_phi) return false;
    }
    return make_debias(state, iteration, replay);
  }

  bool make_c(State& state, int iteration, int s, bool replay) {
    return make(state.levels, Half::kC, iteration, s, replay, [&](int level) {
      const auto product = state.steps.c_product(iteration, s);
      return kernel_.template to_lying<true>(level, T(1), scratch_, product.produce, product.consume);
    });
  }

  // 1 / K D, where it is needed.
  bool make_debias(State& state, int iteration, bool replay) {
    if constexpr (Steps::kIsDebiased) {
      Steps& steps = state.steps;
      if (!steps.debiases(iteration)) return true;
      const bool is_made = make(state.levels, Half::kC, iteration, context_.problem.atoms, replay, [&](int level) {
        const auto product = steps.debias_product(iteration);
        return kernel_.template to_lying<true>(level, T(1), scratch_, product.produce, product.consume);
      });
      const auto turn = steps.debias_turn(iteration);
      if (is_made) kernel_.turn(T(1), scratch_, turn.produce, turn.consume);
      return is_made;
    }
    return true;
  }

  // Makes a product with the shortest kernel that is exact. May repeat it, so it must not change its input. False if no
  // kernel is exact.
  template <typename Product>
  bool make(KernelLevels<T>& levels, Half half, int iteration, int s, bool replay, Product product) {
    int& used = levels.used(half, iteration, s);
    if (replay) {
      product(used);
      return true;
    }
    used = levels.expected(half, iteration, s);
    return kernel_.make(used, levels.needed(half, s), product);
  }

  double pull_back_atom(State& state, int iteration, int s) {
    const auto phi = state.steps.phi_adjoint(iteration, s, state.g(), state.gradients);
    const int phi_level = state.levels.used(Half::kPhi, iteration, s);
    const auto pulled = kernel_.template to_lying<false>(phi_level, T(0), scratch_, phi.produce, phi.consume);
    state.check += pulled.consumed;
    if (iteration > 0) {
      const auto c = state.steps.c_adjoint(iteration, s, state.next_g());
      kernel_.template to_upright<false>(state.levels.used(Half::kC, iteration, s), T(0), scratch_, c.produce, c.consume);
    }
    return pulled.produced;
  }

  void pull_back_debias(State& state, int iteration) {
    Steps& steps = state.steps;
    if (steps.pulls_debias(iteration)) {
      const auto adjoint = steps.debias_adjoint(iteration);
      const int level = state.levels.used(Half::kC, iteration, context_.problem.atoms);
      kernel_.template to_lying<false>(level, T(0), scratch_, adjoint.produce, adjoint.consume);
      const auto turn = steps.debias_adjoint_turn(iteration, state.g(), state.next_g());
      kernel_.turn(T(0), scratch_, turn.produce, turn.consume);
    } else if (iteration > 0) {
      steps.begin_debias_adjoint(state.g(), state.next_g());
    }
  }

  const GridKernel<T>& kernel_;
  const PointContext<T>& context_;
  GridScratch<T> scratch_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
