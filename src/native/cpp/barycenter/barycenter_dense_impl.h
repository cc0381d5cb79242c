// The products of data points with a dense cost: one for all atoms of all points in work.
#if defined(OTLEARN_BARYCENTER_BARYCENTER_DENSE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_DENSE_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_DENSE_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_DENSE_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_point_impl.h"
#include "barycenter/dense_kernel_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/point_state_impl.h"
#include "isa/set.h"
#include "vector/tile_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T, typename Steps>
class DenseProducts {
  using State = PointState<T, Steps>;

 public:
  using Kernel = DenseKernel<T>;
  static constexpr bool kAtomsAtOnce = true;

  // Points to have in work: some panels of vectors, so that K is read seldom; but no more than their iterations can be kept
  // for, unless they do not fill a panel.
  static int together(const BarycenterProblem& problem, std::size_t size) {
    constexpr std::size_t kPanels = 5;
    const std::size_t atoms = problem.atoms,
                      images = Steps::kept_images(problem) * static_cast<std::size_t>(problem.iterations);
    const std::size_t held = problem.kept_bytes / (images * size * sizeof(T));
    const std::size_t most = kPanels * kTileRows / atoms, least = (kTileRows + atoms - 1) / atoms;
    return static_cast<int>(std::max<std::size_t>(1, std::min(most, std::max(held, least))));
  }

  DenseProducts(const DenseKernel<T>& kernel, const PointContext<T>& context) : kernel_(kernel), context_(context) {}

  DenseScratch<T>& scratch() { return scratch_; }

  // An iteration. A replay takes the levels of the first time.
  void advance(const std::vector<State*>& points, int iteration, bool replay) {
    if (context_.is_shared(iteration)) {
      for (State* state : points) state->in_range = state->in_range && context_.shared.is_in_range();
    } else {
      make_c(points, iteration, replay);
      each_atom(points, [&](State& state, int s) { state.in_range = state.steps.make_a(iteration, s); });
      make(points, Half::kPhi, iteration, replay, [=](Steps& steps, int s) { return steps.phi_product(iteration, s); });
    }
    make_debias(points);
    for (State* state : points) {
      if (state->in_range && !state->ends_before(iteration)) state->in_range = state->steps.finish(iteration);
    }
  }
  // The products that the error before an iteration follows from.
  void advance_c(const std::vector<State*>& points, int iteration) {
    if (points.empty()) return;
    make_c(points, iteration, false);
    make_debias(points);
  }

  // The adjoint of an iteration.
  void pull_back(const std::vector<State*>& points, int iteration) {
    for (State* state : points) {
      const double common = state->steps.common(iteration, state->g());
      for (int s = 0; s < context_.problem.atoms; ++s) {
        state->point->gradient_weights[s] += common;
        if (context_.is_shared(iteration)) state->point->gradient_weights[s] += state->pull_back_shared(iteration, s);
      }
    }
    if (context_.is_shared(iteration)) return;
    pull_back_half(points, Half::kPhi, iteration,
                   [=](State& state, int s) { return state.steps.phi_adjoint(iteration, s, state.g(), state.gradients); });
    for (const Row& row : rows_) {
      row.state->check += row.outcome.consumed;
      row.state->point->gradient_weights[row.s] += row.outcome.produced;
    }
    if (iteration == 0) return;
    pull_back_half(points, Half::kC, iteration,
                   [=](State& state, int s) { return state.steps.c_adjoint(iteration, s, state.next_g()); });
  }

 private:
  // A vector of the scratch.
  struct Row {
    State* state;
    int s;
    Outcome<T> outcome;
  };

  static Side side_of(Half half) { return half == Half::kC ? Side::kLying : Side::kUpright; }

  // While the point is in range.
  template <typename Body>
  void each_atom(const std::vector<State*>& points, Body body) const {
    for (State* state : points) {
      for (int s = 0; s < context_.problem.atoms && state->in_range; ++s) body(*state, s);
    }
  }

  void make_c(const std::vector<State*>& points, int iteration, bool replay) {
    make(points, Half::kC, iteration, replay, [=](Steps& steps, int s) { return steps.c_product(iteration, s); });
  }

  // K D of each point, where there is one.
  void make_debias(const std::vector<State*>& points) {
    if constexpr (Steps::kIsDebiased) {
      for (State* state : points) {
        if (!state->in_range) continue;
        Steps& steps = state->steps;
        state->in_range = kernel_.make(steps.debias_level(), steps.debias_needed(), [&](int level) {
          const auto product = steps.debias_product();
          return kernel_.template to_upright<true>(level, T(1), scratch_, product.produce, product.consume);
        });
      }
    }
  }

  // The vectors of all points in range, product_of(state, s).produce.
  template <typename ProductOf>
  void fill(const std::vector<State*>& points, ProductOf product_of) {
    rows_.clear();
    kernel_.reserve(static_cast<int>(points.size()) * context_.problem.atoms, scratch_);
    each_atom(points, [&](State& state, int s) {
      Outcome<T> outcome{};
      kernel_.fill(scratch_.x[rows_.size()], product_of(state, s).produce, outcome);
      rows_.push_back({&state, s, outcome});
    });
  }
  template <typename ProductOf>
  void empty(T outside, ProductOf product_of) {
    for (std::size_t v = 0; v < rows_.size(); ++v) {
      Row& row = rows_[v];
      if (!row.state->in_range) continue;
      row.outcome.consumed = kernel_.empty(scratch_.product[v], outside, product_of(*row.state, row.s).consume);
    }
  }

  // A half step of the iteration, each vector by the shortest kernel that is exact for it, expected to be as long as in the
  // iteration before. Points without such a kernel are out of range.
  template <typename ProductOf>
  void make(const std::vector<State*>& points, Half half, int iteration, bool replay, ProductOf product) {
    const auto product_of = [&](State& state, int s) { return product(state.steps, s); };
    fill(points, product_of);
    std::vector<DenseRow> todo, longer;
    for (std::size_t v = 0; v < rows_.size(); ++v) {
      KernelLevels<T>& levels = rows_[v].state->levels;
      if (!replay) levels.used(half, iteration, rows_[v].s) = levels.expected(half, iteration, rows_[v].s);
      todo.push_back({static_cast<int>(v), levels.used(half, iteration, rows_[v].s)});
    }
    while (!todo.empty()) {
      kernel_.multiply(side_of(half), todo, scratch_);
      longer.clear();
      for (DenseRow& vector : todo) {
        Row& row = rows_[vector.vector];
        if (replay || !row.state->in_range) continue;
        row.outcome.smallest = kernel_.smallest(scratch_.product[vector.vector]);
        KernelLevels<T>& levels = row.state->levels;
        const auto fit = kernel_.examine(row.outcome, levels.used(half, iteration, row.s), levels.needed(half, row.s));
        if (fit == Kernel::Fit::kNone) row.state->in_range = false;
        if (fit == Kernel::Fit::kTooShort) longer.push_back({vector.vector, levels.used(half, iteration, row.s)});
      }
      todo.swap(longer);
    }
    empty(T(1), product_of);
  }

  // The adjoint of a half step, by the transpose of its kernel.
  template <typename ProductOf>
  void pull_back_half(const std::vector<State*>& points, Half half, int iteration, ProductOf product_of) {
    fill(points, product_of);
    std::vector<DenseRow> todo;
    for (std::size_t v = 0; v < rows_.size(); ++v) {
      todo.push_back({static_cast<int>(v), rows_[v].state->levels.used(half, iteration, rows_[v].s)});
    }
    kernel_.multiply(half == Half::kC ? Side::kUpright : Side::kLying, todo, scratch_);
    empty(T(0), product_of);
  }

  const DenseKernel<T>& kernel_;
  const PointContext<T>& context_;
  DenseScratch<T> scratch_;
  std::vector<Row> rows_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
