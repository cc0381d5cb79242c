// The engine of barycenter.h, for float and for double: what the data points of a call share, and the sums of their gradients.
#if defined(OTLEARN_BARYCENTER_BARYCENTER_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_debiased_impl.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/barycenter_plain_impl.h"
#include "barycenter/barycenter_powers_impl.h"
#include "barycenter/operands_impl.h"
#include "barycenter/points_worker_impl.h"
#include "base/aligned_array.h"
#include "isa/set.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T, typename Steps, template <typename, typename> class Products>
class Engine final : public BarycenterEngine {
  using Kernel = typename Products<T, Steps>::Kernel;
  static constexpr int kLanes = Traits<T>::kLanes;
  using V = Vector<T>;

 public:
  explicit Engine(const BarycenterProblem& problem) : problem_(problem), kernel_(problem), size_(kernel_.size()) {
    shared_.ones = Images<T>(1, size_);
    std::fill(shared_.ones[0], shared_.ones[0] + size_, T(1));
    shared_.scale = static_cast<T>(std::exp2(std::round(std::log2(static_cast<double>(problem.pixels())))));
    shared_.d = images();
    shared_.first_inverse_c = Images<T>(1, size_);
    shared_.first_inverse_e = Images<T>(problem.debiased ? 1 : 0, size_);
    shared_.first_a = images();
    shared_.first_inverse_phi = images();
    shared_.first_log_phi = images();
    shared_.first_level.assign(problem.atoms, -1);
    shared_.is_held.assign(problem.atoms, 0);
  }

  int kernel_parts() const override { return kernel_.parts(); }
  void make_kernel_part(int part) override { kernel_.make_part(part); }
  void finish_kernel() override {
    kernel_.finish();
    auto scratch = kernel_.make_scratch();
    T* inverse_c = shared_.first_inverse_c[0];
    int needed;
    kernel_.make(first_c_level_, needed, [&](int level) {
      return kernel_.template to_lying<true>(level, T(1), scratch, Load<T>{shared_.ones[0]}, StoreReciprocal<T>{inverse_c});
    });
    if (problem_.debiased) kernel_.turn(T(1), scratch, Load<T>{inverse_c}, Store<T>{shared_.first_inverse_e[0]});
  }

  int together() const override { return Products<T, Steps>::together(problem_, size_); }

  void begin(int workers, int groups, bool cold) override {
    has_first_ = cold;
    has_later_ = !cold || problem_.iterations > 1;
    if (workers_.size() < static_cast<std::size_t>(workers)) workers_.resize(workers);
    if (groups_.size() < static_cast<std::size_t>(groups)) groups_.resize(groups);
    for (AtomGradients<T>& group : groups_) group.has_any = false;
  }

  void set_atom(int worker, int s, const double* values) override {
    const StripLayout& lying = kernel_.lying();
    T* d = shared_.d[s];
    unpack(lying, values, d);
    T *a = shared_.first_a[s], *inverse_phi = shared_.first_inverse_phi[s], *log_phi = shared_.first_log_phi[s];
    const T scale = shared_.scale;
    int level = first_c_level_, needed;
    const auto make_phi = [&](int level) {
      return kernel_.template to_upright<true>(level, T(1), at(worker).points->scratch(), Load<T>{a},
                                               StoreReciprocalAndLog<T>{inverse_phi, log_phi, scale});
    };
    shared_.is_held[s] = Steps::holds(values, problem_.pixels());
    const bool has_a = Steps::first_a(problem_, lying, d, shared_.first_inverse_c[0], a);
    const bool in_range = has_a && kernel_.make(level, needed, make_phi);
    shared_.first_level[s] = in_range ? level : -1;
  }

  void run(int worker, const BarycenterPoint* points, int count) override {
    const bool all_held = std::count(shared_.is_held.begin(), shared_.is_held.end(), 0) == 0;
    PointsWorker<T, Steps, Products>& own = *at(worker).points;
    if (all_held) own.run(points, count);
    for (int i = 0; i < count; ++i) {
      *points[i].done = all_held && own.state(i).in_range ? 1 : 0;
      if (points[i].target && *points[i].done) add(own.state(i).gradients, groups_[points[i].group]);
    }
  }

  void add_gradient(int worker, int s, double* out) override {
    T *sum = at(worker).sum.data(), *first_phi = sum + size_, *first_ga = first_phi + size_;
    std::vector<const T*> parts, first_parts;
    for (AtomGradients<T>& group : groups_) {
      if (group.has_any && has_later_) parts.push_back(group.d[s]);
      if (group.has_any && has_first_) first_parts.push_back(group.first_phi[s]);
    }
    each_register<T>(kernel_.lying(), [=, &parts](std::size_t i) { store<T>(sum + i, total(parts, i)); });
    if (has_first_) {
      each_register<T>(kernel_.upright(), [=, &first_parts](std::size_t i) { store<T>(first_phi + i, total(first_parts, i)); });
      kernel_.template to_lying<false>(std::max(0, shared_.first_level[s]), T(0), at(worker).points->scratch(),
                                       Load<T>{first_phi}, Store<T>{first_ga});
    } else {
      std::fill(first_ga, first_ga + size_, T(0));
    }
    const T *d = shared_.d[s], *a = shared_.first_a[s], *inverse_c = shared_.first_inverse_c[0];
    kernel_.lying().each_pixel([=](std::size_t pixel, std::size_t i) {
      out[pixel] += Steps::gradient_of(problem_, d[i], sum[i], first_ga[i], a[i], inverse_c[i]);
    });
  }

 private:
  struct Worker {
    std::unique_ptr<PointsWorker<T, Steps, Products>> points;
    AlignedArray<T> sum;  // of the gradients of an atom, three images
  };

  Images<T> images() const { return Images<T>(problem_.atoms, size_); }

  Worker& at(int worker) {
    Worker& own = workers_[worker];
    if (!own.points) {
      own.sum = AlignedArray<T>(3 * size_);
      own.points = std::make_unique<PointsWorker<T, Steps, Products>>(problem_, kernel_, shared_);
    }
    return own;
  }

  // The sum of registers, in order.
  static V total(const std::vector<const T*>& images, std::size_t i) {
    V sum = {};
    for (const T* image : images) sum += load<T>(image + i);
    return sum;
  }

  // The first point of a group gives its images away.
  void add(AtomGradients<T>& own, AtomGradients<T>& group) const {
    if (!group.has_any) {
      if (group.d.count() == 0) {
        group.d = images();
        group.first_phi = images();
      }
      group.d.swap(own.d);
      group.first_phi.swap(own.first_phi);
      group.has_any = true;
      return;
    }
    for (int s = 0; s < problem_.atoms; ++s) {
      if (has_later_) accumulate(own.d[s], group.d[s]);
      if (has_first_) accumulate(own.first_phi[s], group.first_phi[s]);
    }
  }

  void accumulate(const T* from, T* to) const {
    for (std::size_t i = 0; i < size_; i += kLanes) store<T>(to + i, load<T>(to + i) + load<T>(from + i));
  }

  const BarycenterProblem problem_;
  Kernel kernel_;
  const std::size_t size_;
  int first_c_level_ = 0;
  bool has_first_ = false, has_later_ = false;  // which of the gradients the points of this call have
  SharedAtoms<T> shared_;
  std::vector<Worker> workers_;
  std::vector<AtomGradients<T>> groups_;
};

template <typename T, template <typename, typename> class Products>
BarycenterEngine* make_engine_with(const BarycenterProblem& problem) {
  if (problem.debiased) return new Engine<T, DebiasedSteps<T>, Products>(problem);
  if (problem.exponents.are_plain()) return new Engine<T, PlainSteps<T>, Products>(problem);
  return new Engine<T, PowerSteps<T>, Products>(problem);
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
