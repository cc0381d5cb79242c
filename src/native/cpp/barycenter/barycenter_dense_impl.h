// The products of data points with a dense cost: one for all atoms of all points in work, and for their D where debiased.
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
    const std::size_t rows = problem.rows(),
                      images = Steps::kept_images(problem) * static_cast<std::size_t>(problem.iterations);
    const std::size_t held = problem.kept_bytes / (images * size * sizeof(T));
    const std::size_t most = kPanels * kTileRows / rows, least = (kTileRows + rows - 1) / rows;
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
      const int atoms = context_.problem.atoms;
      each_row(points, atoms, [&](State& state, int s) { state.in_range = state.steps.make_a(iteration, s); });
      make(points, Half::kPhi, iteration, replay, atoms,
           [=](State& state, int s, auto use) { use(state.steps.phi_product(iteration, s)); });
    }
    for (State* state : points) {
      if (state->in_range && !state->ends_before(iteration)) state->in_range = state->steps.finish(iteration);
    }
  }
  // The products that the error before an iteration follows from.
  void advance_c(const std::vector<State*>& points, int iteration) {
    if (!points.empty()) make_c(points, iteration, false);
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
    pull_back_phi(points, iteration);
    for (const Row& row : rows_) {
      row.state->check += row.outcome.consumed;
      if (row.s < context_.problem.atoms) row.state->point->gradient_weights[row.s] += row.outcome.produced;
    }
    if (iteration == 0) return;
    pull_back_half(points, Half::kC, iteration, context_.problem.atoms,
                   [=](State& state, int s, auto use) { use(state.steps.c_adjoint(iteration, s, state.next_g())); });
    if constexpr (Steps::kIsDebiased) {
      for (State* state : points) finish_debias_adjoint(*state, iteration);
    }
  }

 private:
  // A vector of the scratch.
  struct Row {
    State* state;
    int s;
    Outcome<T> outcome;
  };

  static Side side_of(Half half) { return half == Half::kC ? Side::kLying : Side::kUpright; }

  // While the point is in range; the row behind its atoms is D's.
  template <typename Body>
  void each_row(const std::vector<State*>& points, int rows, Body body) const {
    for (State* state : points) {
      for (int s = 0; s < rows && state->in_range; ++s) body(*state, s);
    }
  }

  // c and, where it is needed, 1 / K D.
  void make_c(const std::vector<State*>& points, int iteration, bool replay) {
    const int atoms = context_.problem.atoms;
    if constexpr (Steps::kIsDebiased) {
      const bool debiases = points.front()->steps.debiases(iteration);
      make(points, Half::kC, iteration, replay, atoms + debiases, [=](State& state, int s, auto use) {
        if (s == atoms) use(state.steps.debias_product(iteration));
        else use(state.steps.c_product(iteration, s));
      });
      for (State* state : points) {
        const auto turn = state->steps.debias_turn(iteration);
        if (debiases && state->in_range) kernel_.turn(T(1), scratch_, turn.produce, turn.consume);
      }
    } else {
      make(points, Half::kC, iteration, replay, atoms,
           [=](State& state, int s, auto use) { use(state.steps.c_product(iteration, s)); });
    }
  }

  // The adjoints of the phi and, where it has one, of K D.
  void pull_back_phi(const std::vector<State*>& points, int iteration) {
    const int atoms = context_.problem.atoms;
    const auto use_phi = [=](State& state, int s, auto use) {
      use(state.steps.phi_adjoint(iteration, s, state.g(), state.gradients));
    };
    if constexpr (Steps::kIsDebiased) {
      const bool pulls = points.front()->steps.pulls_debias(iteration);
      pull_back_half(points, Half::kPhi, iteration, atoms + pulls, [=](State& state, int s, auto use) {
        if (s == atoms) use(state.steps.debias_adjoint(iteration));
        else use_phi(state, s, use);
      });
    } else {
      pull_back_half(points, Half::kPhi, iteration, atoms, use_phi);
    }
  }
  void finish_debias_adjoint(State& state, int iteration) {
    Steps& steps = state.steps;
    if (!steps.pulls_debias(iteration)) {
      steps.begin_debias_adjoint(state.g(), state.next_g());
      return;
    }
    const auto turn = steps.debias_adjoint_turn(iteration, state.g(), state.next_g());
    kernel_.turn(T(0), scratch_, turn.produce, turn.consume);
  }

  // The vectors of all points in range: `visit(state, s, use)` calls use(product).
  template <typename Visit>
  void fill(const std::vector<State*>& points, int rows, Visit visit) {
    rows_.clear();
    kernel_.reserve(static_cast<int>(points.size()) * context_.problem.rows(), scratch_);
    each_row(points, rows, [&](State& state, int s) {
      Outcome<T> outcome{};
      visit(state, s, [&](const auto& product) { kernel_.fill(scratch_.x[rows_.size()], product.produce, outcome); });
      rows_.push_back({&state, s, outcome});
    });
  }
  template <typename Visit>
  void empty(T outside, Visit visit) {
    for (std::size_t v = 0; v < rows_.size(); ++v) {
      Row& row = rows_[v];
      if (!row.state->in_range) continue;
      visit(*row.state, row.s,
            [&](const auto& product) { row.outcome.consumed = kernel_.empty(scratch_.product[v], outside, product.consume); });
    }
  }

  // A half step of the iteration, each vector by the shortest kernel that is exact for it, expected to be as long as in the
  // iteration before. Points without such a kernel are out of range.
  template <typename Visit>
  void make(const std::vector<State*>& points, Half half, int iteration, bool replay, int rows, Visit visit) {
    fill(points, rows, visit);
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
    empty(T(1), visit);
  }

  // The adjoint of a half step, by the transpose of its kernel. That of K D goes with the adjoints of the phi, with the level
  // that it had beside the c.
  template <typename Visit>
  void pull_back_half(const std::vector<State*>& points, Half half, int iteration, int rows, Visit visit) {
    fill(points, rows, visit);
    std::vector<DenseRow> todo;
    for (std::size_t v = 0; v < rows_.size(); ++v) {
      const Half made = rows_[v].s < context_.problem.atoms ? half : Half::kC;
      todo.push_back({static_cast<int>(v), rows_[v].state->levels.used(made, iteration, rows_[v].s)});
    }
    kernel_.multiply(half == Half::kC ? Side::kUpright : Side::kLying, todo, scratch_);
    empty(T(0), visit);
  }

  const DenseKernel<T>& kernel_;
  const PointContext<T>& context_;
  DenseScratch<T> scratch_;
  std::vector<Row> rows_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
