// Data points in work: forward, loss, adjoint (barycenter.h). `Steps` is the mathematics of one iteration, forward and adjoint,
// of one data point: PlainSteps or PowerSteps. `Products` applies the kernel to what they give it, in the order that suits the
// kernel: GridProducts or DenseProducts.
#if defined(OTLEARN_BARYCENTER_BARYCENTER_POINT_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_POINT_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_POINT_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_POINT_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/barycenter_kept_impl.h"
#include "barycenter/barycenter_loss_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// What the steps of one worker work with.
template <typename T>
struct PointContext {
  const BarycenterProblem& problem;
  const StripLayout &upright, &lying;
  std::size_t size;  // of an image
  const SharedAtoms<T>& shared;
  std::size_t kept_bytes;  // for the iterations of a point
  bool atoms_at_once;      // whether the atoms go through a product together
  bool cold = true;

  // Whether the first half of an iteration is that of SharedAtoms.
  bool is_shared(int iteration) const { return cold && iteration == 0; }
  // Images between two products of an iteration.
  int between() const { return atoms_at_once ? problem.atoms : 1; }
};

// K x of one atom: `produce(i, sum)` gives the register of x at i, `consume(i, value, sum)` takes that of K x.
template <typename Produce, typename Consume>
struct Product {
  Produce produce;
  Consume consume;
};
template <typename Produce, typename Consume>
Product(Produce, Consume) -> Product<Produce, Consume>;

// exp of log-scalings [N] to start from; what stands for no mass starts at 1, as its power would be infinite with mass.
// False where one leaves the range.
template <typename T>
bool start_scaling(const StripLayout& layout, std::size_t size, const float* logs, T* out) {
  std::fill_n(out, size, T(0));  // the padding, too
  unpack(layout, logs, out);
  Vector<T> largest = {};
  each_register<T>(layout, [&](std::size_t i) {
    Vector<T> value = load<T>(out + i);
    value = value > T(kLogZero / 2) ? value : Vector<T>{};
    largest = most<T>(largest, most<T>(value, -value));
    store<T>(out + i, exp_of<T>(value));
  });
  return largest_lane<T>(largest) < std::log(static_cast<T>(Band<T>::kLargest));
}

// p from the registers log_p(i) of log p + offset; false where either leaves the range, which weights below zero can make them do while no phi does.
template <typename T, typename LogP>
bool set_barycenter(const StripLayout& layout, LogP log_p, double offset, T* p) {
  const double limit = std::log(Band<T>::kLargest);
  if (!(std::abs(offset) < limit)) return false;
  const T factor = static_cast<T>(std::exp(-offset));
  Vector<T> largest = {}, smallest = {};
  each_register<T>(layout, [&](std::size_t i) {
    const Vector<T> value = log_p(i);
    largest = most<T>(largest, value);
    smallest = least<T>(smallest, value);
    store<T>(p + i, exp_of<T>(value) * factor);
  });
  const double high = largest_lane<T>(largest), low = -largest_lane<T>(-smallest);
  return std::max(high, high - offset) < limit && std::min(low, low - offset) > -limit;
}

// <g, log p>
template <typename T>
double mean_log(const StripLayout& layout, const T* g, const T* p) {
  double sum = 0;
  each_strip<T>(layout, [&](std::size_t begin, std::size_t end) {
    Vector<T> strip = {};
    for (std::size_t i = begin; i < end; i += Traits<T>::kLanes) strip += load<T>(g + i) * short_log_of<T>(load<T>(p + i));
    sum += sum_lanes<T>(strip);
  });
  return sum;
}

enum class Half { kC, kPhi };

// The kernel levels of the products of one data point: found on the way forward, taken again by replays and the adjoint.
template <typename T>
class KernelLevels {
 public:
  explicit KernelLevels(const PointContext<T>& context)
      : context_(context),
        atoms_(context.problem.atoms),
        used_(2 * static_cast<std::size_t>(context.problem.iterations) * atoms_),
        needed_(2 * static_cast<std::size_t>(atoms_)) {}

  int& used(Half half, int iteration, int s) { return used_[slot(half, iteration, s)]; }
  // Of the iteration that was last.
  int& needed(Half half, int s) { return needed_[slot(half, 0, s)]; }
  // As in the iteration before.
  int expected(Half half, int iteration, int s) const {
    const bool is_known = iteration > 0 && !context_.is_shared(iteration - 1);
    return is_known ? needed_[slot(half, 0, s)] : std::max(0, context_.shared.first_level[s]);
  }

 private:
  std::size_t slot(Half half, int iteration, int s) const {
    return 2 * (static_cast<std::size_t>(iteration) * atoms_ + s) + (half == Half::kPhi);
  }

  const PointContext<T>& context_;
  const int atoms_;
  std::vector<int> used_;    // [L, S, 2]
  std::vector<int> needed_;  // [S, 2]
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
    steps.kept().prepare(given.target != nullptr);
    in_range = steps.begin(given);
  }

  // After the last iteration.
  void write_outputs() {
    if (point->barycenter) pack(context.upright, barycenter(), point->barycenter);
    if (point->log_scalings) steps.write_log_scalings(point->log_scalings);
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

  const T* barycenter() { return steps.p(context.problem.iterations - 1); }

  const PointContext<T>& context;
  Steps steps;
  KernelLevels<T> levels;
  AtomGradients<T> gradients;
  const BarycenterPoint* point = nullptr;
  bool in_range = false;
  double value = 0, check = 0;  // the loss, and a sum that is not finite where a gradient is not
  Images<T> p_gradient;         // two images
  Images<T> target;             // one image
  int current = 0;
};

// The data points that one worker has in work at a time.
template <typename T, typename Steps, template <typename, typename> class Products>
class PointsWorker {
  using Kernel = typename Products<T, Steps>::Kernel;

 public:
  using State = PointState<T, Steps>;

  PointsWorker(const BarycenterProblem& problem, const Kernel& kernel, const SharedAtoms<T>& shared)
      : context_{problem,
                 kernel.upright(),
                 kernel.lying(),
                 kernel.size(),
                 shared,
                 problem.kept_bytes / Products<T, Steps>::together(problem, kernel.size()),
                 Products<T, Steps>::kAtomsAtOnce},
        products_(kernel, context_) {}

  // Does what the points ask for, or leaves their states out of range. Starts are there for all or for none.
  void run(const BarycenterPoint* points, int count) {
    context_.cold = !points[0].start;
    while (states_.size() < static_cast<std::size_t>(count)) states_.push_back(std::make_unique<State>(context_));
    active_.clear();
    for (int i = 0; i < count; ++i) {
      states_[i]->begin(points[i]);
      active_.push_back(states_[i].get());
    }
    forward();
    for (State* state : active_) state->write_outputs();
    if (points[0].target && !active_.empty()) backward();
  }
  State& state(int i) { return *states_[i]; }
  auto& scratch() { return products_.scratch(); }

 private:
  void forward() {
    drop();
    for (int iteration = 0; iteration < context_.problem.iterations && !active_.empty(); ++iteration) {
      products_.advance(active_, iteration, false);
      drop();
      for (State* state : active_) state->steps.kept().finish(iteration);
    }
  }

  // The adjoint, from the last iteration to the first.
  void backward() {
    const KeptIterations<T>& kept = active_.front()->steps.kept();  // they all have the same segments
    for (State* state : active_) state->begin_adjoint();
    for (int segment = kept.segments() - 1; segment >= 0; --segment) {
      if (segment < kept.segments() - 1) {
        for (int replayed = kept.begin(segment); replayed < kept.end(segment); ++replayed) {
          products_.advance(active_, replayed, true);
        }
      }
      for (int iteration = kept.end(segment) - 1; iteration >= kept.begin(segment); --iteration) {
        products_.pull_back(active_, iteration);
        for (State* state : active_) state->turn();
      }
    }
    for (State* state : active_) state->end_adjoint();
  }

  void drop() {
    active_.erase(std::remove_if(active_.begin(), active_.end(), [](const State* state) { return !state->in_range; }), active_.end());
  }

  PointContext<T> context_;
  Products<T, Steps> products_;
  std::vector<std::unique_ptr<State>> states_;
  std::vector<State*> active_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
