// The plain iteration, a = d / K b and b = p / K a, and its adjoint. Reciprocals of c = K b and phi = K a are kept, so that no
// loop divides, and neither a nor b is ever in memory.
#if defined(OTLEARN_BARYCENTER_BARYCENTER_PLAIN_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_PLAIN_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_PLAIN_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_PLAIN_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/barycenter_kept_impl.h"
#include "barycenter/barycenter_point_impl.h"
#include "barycenter/operands_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "isa/set.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
class PlainSteps {
  static constexpr int kLanes = Traits<T>::kLanes;
  using V = Vector<T>;

 public:
  static constexpr bool kIsDebiased = false;

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

  // Images that an adjoint needs of an iteration.
  static int kept_images(const BarycenterProblem& problem) { return 2 * problem.atoms + 1; }

  explicit PlainSteps(const PointContext<T>& context)
      : PlainSteps(context, context.problem.atoms + 1, kept_images(context.problem)) {}

  KeptIterations<T>& kept() { return kept_; }
  T* p(int iteration) { return kept_.at(iteration, 0); }

  // Begins a data point; false where its start leaves the range.
  bool begin(const BarycenterPoint& point) {
    point_ = &point;
    if (!context_.has_start(point)) return true;
    if (start_.count() == 0) start_ = Images<T>(atoms_, context_.size);
    for (int s = 0; s < atoms_; ++s) {
      if (!start_scaling(point, s * context_.problem.pixels(), context_.upright, context_.size, start_[s])) return false;
    }
    return true;
  }

  // An iteration, for the atoms in order: c = K b; a = d / c; phi = K a, of which log p takes its share. A product may be
  // repeated, so nothing is added in place.
  auto c_product(int iteration, int s) {
    const T *p = p_before(iteration), *inverse_phi = inverse_phi_before(iteration, s);
    T* inverse_c = this->inverse_c(iteration, s);
    return Product{[=](std::size_t i, V&) { return load<T>(p + i) * load<T>(inverse_phi + i); }, StoreReciprocal<T>{inverse_c}};
  }
  bool make_a(int, int) { return true; }  // on the fly
  auto phi_product(int iteration, int s) {
    const T *d = context_.shared.d[s], *inverse_c = this->inverse_c(iteration, s), *sum = log_p_before(s);
    T *inverse_phi = kept_.at(iteration, 1 + s), *next_sum = log_p_after(s);
    const T lambda = static_cast<T>(point_->weights[s]), scale = context_.shared.scale;
    return Product{[=](std::size_t i, V&) { return load<T>(d + i) * load<T>(inverse_c + i); },
                   [=](std::size_t i, const V& phi, V&) {
                     store<T>(inverse_phi + i, reciprocal<T>(phi));
                     store<T>(next_sum + i, (sum ? load<T>(sum + i) : V{}) + lambda * short_log_of<T>(phi * scale));
                   }};
  }

  // p, after all atoms; false where it leaves the range.
  bool finish(int iteration) { return finish_with(iteration, Unchanged<T>()); }

  // |a c - d| of the iteration before, with the c of this one.
  double error_before(int iteration) {
    double largest = 0;
    for (int s = 0; s < atoms_; ++s) {
      const T *d = context_.shared.d[s], *inverse_c = this->inverse_c(iteration, s),
              *before = context_.is_shared(iteration - 1) ? context_.shared.first_inverse_c[0]
                                                          : kept_.before(iteration, carried_ + s);
      const double error = distance(context_.lying, [=](std::size_t i) {
        const V inverse = load<T>(inverse_c + i);
        return V(load<T>(d + i) * ((load<T>(before + i) - inverse) / inverse));
      });
      largest = std::max(largest, error);
    }
    return largest;
  }

  template <typename Target>
  void write_log_scalings(int last, Target* out) {  // log b = log(p / phi)
    const T* p = this->p(last);
    T* log_b = next_[0];
    for (int s = 0; s < atoms_; ++s) {
      const T* inverse_phi = this->inverse_phi(last, s);
      each_register<T>(context_.upright, [=](std::size_t i) {
        const V mass = load<T>(p + i), inverse = load<T>(inverse_phi + i), value = mass * inverse;
        // b itself need not be a normal number where p and phi are
        const V apart = short_log_of<T>(mass) + short_log_of<T>(inverse);
        store<T>(log_b + i, value < broadcast<T>(std::numeric_limits<T>::min()) ? apart : short_log_of<T>(value));
      });
      pack(context_.upright, log_b, out + s * context_.problem.pixels());
    }
  }

  // The adjoint of an iteration, from its G to that of the iteration before: for each atom what is added to the gradient of
  // lambda besides `common`, as the sum of what `phi_adjoint` produces, then gb.
  //
  // That gradient is <G, log phi_s> = <G, log p> - <G, log b_s>. Training moves weights only in directions that keep their
  // sum, and there the small logarithms of b leave more digits than the large ones of phi.
  double common(int iteration, const T* g) {
    return mean_log<T>(context_.upright, g, [p = p(iteration)](std::size_t i) { return load<T>(p + i); });
  }

  // ga = K gphi; gd += ga / c; then ga a / c. Every image that is summed into is first written by the iteration that comes
  // first. Of a shared iteration only gphi is taken.
  auto phi_adjoint(int iteration, int s, const T* g, AtomGradients<T>& gradients) {
    return phi_adjoint_with(p(iteration), iteration, s, g, gradients);
  }
  // -gb * b, b = p / phi of the iteration before, whose G is summed over the atoms in order.
  auto c_adjoint(int iteration, int s, T* next_g) {
    const T *next = this->next(s), *p = p_before(iteration), *inverse_phi = inverse_phi_before(iteration, s);
    T* weighted = weighted_[s];
    return Product{Load<T>{next}, [=](std::size_t i, const V& minus_gb, V&) {
                     const V value = minus_gb * (load<T>(p + i) * load<T>(inverse_phi + i));
                     store<T>(weighted + i, value);
                     store<T>(next_g + i, (s > 0 ? load<T>(next_g + i) : V{}) - value);
                   }};
  }

 protected:
  // With `carried` and `kept` images of an iteration, those of a class that has more of them.
  PlainSteps(const PointContext<T>& context, int carried, int kept)
      : context_(context),
        atoms_(context.problem.atoms),
        iterations_(context.problem.iterations),
        carried_(carried),
        kept_(iterations_, context.kept_bytes, context.size, kept, carried),
        log_p_(2, context.size),
        next_(context.between(), context.size),
        weighted_(atoms_, context.size) {}

  // p as `change(i, mean)` makes it of the geometric mean; false where the mean leaves the range.
  template <typename Change>
  bool finish_with(int iteration, const Change& change) {
    const double all = std::accumulate(point_->weights, point_->weights + atoms_, 0.0);
    const double offset =
        std::log(static_cast<double>(context_.shared.scale)) * all;  // log p is that of prod (scale phi)^lambda
    const auto set = [&](auto log_mean) { return set_barycenter<T>(context_.upright, log_mean, offset, p(iteration), change); };
    if (!context_.is_shared(iteration)) {
      return set([log_p = log_p_[atoms_ % 2]](std::size_t i) { return load<T>(log_p + i); });
    }
    const std::vector<T> weights(point_->weights, point_->weights + atoms_);
    std::vector<const T*> log_phi(atoms_);
    for (int s = 0; s < atoms_; ++s) log_phi[s] = context_.shared.first_log_phi[s];
    return set([lambda = weights.data(), logs = log_phi.data(), atoms = log_phi.size()](std::size_t i) {
      V sum = {};
      for (std::size_t s = 0; s < atoms; ++s) sum += lambda[s] * load<T>(logs[s] + i);
      return sum;
    });
  }

  // The same with the geometric mean of the phi.
  auto phi_adjoint_with(const T* mean, int iteration, int s, const T* g, AtomGradients<T>& gradients) {
    const bool last = iteration == iterations_ - 1, is_shared = context_.is_shared(iteration);
    const T *inverse_phi = this->inverse_phi(iteration, s), *weighted = weighted_[s];
    const T *inverse_c = is_shared ? nullptr : this->inverse_c(iteration, s), *d = context_.shared.d[s];
    const T lambda = static_cast<T>(point_->weights[s]);
    T *gradient = gradients.d[s], *next = this->next(s);
    return Product{[=](std::size_t i, V& sum) {  // gphi = (lambda G - gb b) / phi
                     const V share = load<T>(g + i), inverse = load<T>(inverse_phi + i);
                     sum -= share * short_log_of<T>(load<T>(mean + i) * inverse);
                     return (last ? lambda * share : lambda * share + load<T>(weighted + i)) * inverse;
                   },
                   [=](std::size_t i, const V& ga, V& sum) {
                     const V inverse = load<T>(inverse_c + i);
                     const V share = ga * inverse;
                     const V total = last ? share : load<T>(gradient + i) + share;
                     sum += total;
                     store<T>(gradient + i, total);
                     store<T>(next + i, share * (load<T>(d + i) * inverse));
                   }};
  }

  // sum |difference(i)|, without the padding.
  template <typename Difference>
  static double distance(const StripLayout& layout, Difference difference) {
    const V inside = inside_of<T>(layout), everywhere = broadcast<T>(T(1));
    int strip = 0;
    double all = 0;
    each_strip<T>(layout, [&](std::size_t begin, std::size_t end) {
      const V counts = ++strip % layout.strips() == 0 ? inside : everywhere;
      V sum = {};
      for (std::size_t i = begin; i < end; i += kLanes) {
        const V value = difference(i);
        sum += counts > T(0) ? most<T>(value, -value) : V{};
      }
      all += sum_lanes<T>(sum);
    });
    return all;
  }

  const PointContext<T>& context_;
  const BarycenterPoint* point_ = nullptr;
  const int atoms_, iterations_, carried_;
  KeptIterations<T> kept_;  // p, 1 / phi [S]; 1 / c [S]

 private:
  T* inverse_c(int iteration, int s) { return kept_.at(iteration, carried_ + s); }
  const T* inverse_phi(int iteration, int s) {
    return context_.is_shared(iteration) ? context_.shared.first_inverse_phi[s] : kept_.at(iteration, 1 + s);
  }
  // b = p / phi of the iteration before; the start counts as 1 / phi with p = 1
  const T* p_before(int iteration) { return iteration == 0 ? context_.shared.ones[0] : kept_.before(iteration, 0); }
  const T* inverse_phi_before(int iteration, int s) {
    if (iteration == 0) return start_[s];
    return context_.is_shared(iteration - 1) ? context_.shared.first_inverse_phi[s] : kept_.before(iteration, 1 + s);
  }
  // The sum of the lambda log(scale phi) up to an atom; null before the first.
  const T* log_p_before(int s) { return s > 0 ? log_p_[s % 2] : nullptr; }
  T* log_p_after(int s) { return log_p_[(s + 1) % 2]; }
  T* next(int s) { return next_[s % next_.count()]; }

  Images<T> start_;     // [S] b to start from
  Images<T> log_p_;     // two images, read and written in turn
  Images<T> next_;      // what the two adjoint products of an atom hand over
  Images<T> weighted_;  // [S] -gb * b
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
