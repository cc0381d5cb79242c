// Data points in work: forward, loss, adjoint (barycenter.h). `Steps` is the mathematics of one iteration of one data point.
// `Products` applies the kernel to what the steps give it, in the order that suits the kernel: GridProducts or DenseProducts.
#if defined(OTLEARN_BARYCENTER_POINTS_WORKER_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_POINTS_WORKER_IMPL_H
#undef OTLEARN_BARYCENTER_POINTS_WORKER_IMPL_H
#else
#define OTLEARN_BARYCENTER_POINTS_WORKER_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/barycenter_kept_impl.h"
#include "barycenter/barycenter_point_impl.h"
#include "barycenter/point_state_impl.h"
#include "isa/set.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

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
    context_.cold = !PointContext<T>::has_start(points[0]);
    while (states_.size() < static_cast<std::size_t>(count)) states_.push_back(std::make_unique<State>(context_));
    active_.clear();
    ended_.clear();
    for (int i = 0; i < count; ++i) {
      states_[i]->begin(points[i]);
      active_.push_back(states_[i].get());
    }
    forward();
    if (points[0].error) find_errors();
    for (State* state : active_) state->write_outputs();
    for (State* state : ended_) state->write_outputs();
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

  // Of the points that carried out all iterations.
  void find_errors() {
    const int iterations = context_.problem.iterations;
    products_.advance_c(active_, iterations);
    drop();
    for (State* state : active_) state->error = state->steps.error_before(iterations);
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
    const auto leaves = [this](State* state) {
      if (state->in_range && state->has_ended) ended_.push_back(state);
      return !state->in_range || state->has_ended;
    };
    active_.erase(std::remove_if(active_.begin(), active_.end(), leaves), active_.end());
  }

  PointContext<T> context_;
  Products<T, Steps> products_;
  std::vector<std::unique_ptr<State>> states_;
  std::vector<State*> active_, ended_;  // in work, and at their tolerance
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
