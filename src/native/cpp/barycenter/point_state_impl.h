// A data point in work: the levels of its products, its loss and gradients (barycenter.h). `Steps` is the mathematics of one
// iteration, forward and adjoint: PlainSteps, PowerSteps or DebiasedSteps.
#if defined(OTLEARN_BARYCENTER_POINT_STATE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_POINT_STATE_IMPL_H
#undef OTLEARN_BARYCENTER_POINT_STATE_IMPL_H
#else
#define OTLEARN_BARYCENTER_POINT_STATE_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/barycenter_loss_impl.h"
#include "barycenter/barycenter_point_impl.h"
#include "isa/set.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

enum class Half { kC, kPhi };

// The kernel levels of the products of one data point: found on the way forward, taken again by replays and the adjoint. Those
// of K D stand in the row behind the atoms, in the half of c.
template <typename T>
class KernelLevels {
 public:
  explicit KernelLevels(const PointContext<T>& context)
      : context_(context), rows_(context.problem.rows()), needed_(2 * static_cast<std::size_t>(rows_)) {}

  // For all iterations, or where no adjoint follows for one.
  void prepare(bool adjoint) {
    kept_ = adjoint ? context_.problem.iterations : 1;
    used_.resize(std::max(used_.size(), 2 * static_cast<std::size_t>(kept_) * rows_));
  }

  int& used(Half half, int iteration, int s) { return used_[slot(half, iteration % kept_, s)]; }
  // Of the iteration that was last.
  int& needed(Half half, int s) { return needed_[slot(half, 0, s)]; }
  // As in the iteration before.
  int expected(Half half, int iteration, int s) const {
    const bool is_known = iteration > 0 && !context_.is_shared(iteration - 1);
    if (is_known) return needed_[slot(half, 0, s)];
    return s < context_.problem.atoms ? std::max(0, context_.shared.first_level[s]) : 0;
  }

 private:
  std::size_t slot(Half half, int iteration, int s) const {
    return 2 * (static_cast<std::size_t>(iteration) * rows_ + s) + (half == Half::kPhi);
  }

  const PointContext<T>& context_;
  const int rows_;
  int kept_ = 1;
  std::vector<int> used_;    // [kept, rows, 2]
  std::vector<int> needed_;  // [rows, 2]
};

// One data point and the gradients that it adds.
template <typename T, typename Steps>
struct PointState {
  explicit PointState(const PointContext<T>& context)
      : context(context), steps(context), levels(context), p_gradient(2, context.size), target(1, context.size) {}

  void begin(const BarycenterPoint& given) {
    point = &given;
    if (given.target && gradients.d.count() == 0) {
      gradients.d = Images<T>(context.problem.atoms, context.size);
      gradients.first_phi = Images<T>(context.problem.atoms, context.size);
    }
    levels.prepare(given.target != nullptr);
    steps.kept().prepare(given.target != nullptr, given.error != nullptr);
    in_range = steps.begin(given);
    last = context.problem.iterations - 1;
    has_ended = false;
  }

  // After the last iteration.
  void write_outputs() {
    if (point->barycenter) pack(context.upright, barycenter(), point->barycenter);
    if (point->log_scalings) steps.write_log_scalings(last, point->log_scalings);
    if (point->wide_log_scalings) steps.write_log_scalings(last, point->wide_log_scalings);
    if (point->error) {
      *point->error = error;
      *point->iterations_done = last + 1;
    }
  }

  // After the marginals of an iteration, which tell the error of the one before: whether that was the last one.
  bool ends_before(int iteration) {
    if (!point->error || iteration == 0) return false;
    error = steps.error_before(iteration);
    if (!(error <= point->tolerance && point->tolerance > 0)) return false;
    last = iteration - 1;
    return has_ended = true;
  }

  void begin_adjoint() {
    value = loss_and_slope(context.upright, *point, barycenter(), context.shared.scale, target[0], p_gradient[0]);
    std::fill_n(point->gradient_weights, context.problem.atoms, 0.0);
    check = value;
    current = 0;
  }

  // G of the iteration at hand and of the one before, which change places after each.
  const T* g() const { return p_gradient[current]; }
  T* next_g() { return p_gradient[1 - current]; }
  void turn() { current = 1 - current; }

  // Of a shared iteration only the gradient with respect to phi is taken. Returns what was summed for the weight.
  double pull_back_shared(int iteration, int s) {
    const auto product = steps.phi_adjoint(iteration, s, g(), gradients);
    const auto [summed, total] = store_each(context.upright, product.produce, gradients.first_phi[s]);
    check += total;
    return summed;
  }

  void end_adjoint() {
    check += std::accumulate(point->gradient_weights, point->gradient_weights + context.problem.atoms, 0.0);
    in_range = std::isfinite(check);
    *point->loss_value = value;
  }

  const T* barycenter() { return steps.p(last); }

  const PointContext<T>& context;
  Steps steps;
  KernelLevels<T> levels;
  AtomGradients<T> gradients;
  const BarycenterPoint* point = nullptr;
  bool in_range = false;
  int last = 0;            // the iteration whose outcome counts
  bool has_ended = false;  // before all iterations
  double error = 0;
  double value = 0, check = 0;  // the loss, and a sum that is not finite where a gradient is not
  Images<T> p_gradient;         // two images
  Images<T> target;             // one image
  int current = 0;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
