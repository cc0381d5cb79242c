// The iteration with powers, heavy-ball and unbalanced, and its adjoint. With tau = memory and sigma = update:
//     a <- a^tau (d / c)^sigma, c = K b          b <- b^tau (p / phi)^sigma, phi = K a
// The adjoint carries ra = a dL/da and rb = b dL/db (scaling-engine.ts of the transport folder):
//     G   = p dL/dp in the last iteration, else sigma sum_s rb_s
//     q   = ra + a K((share G - sigma rb) / phi)          ra before = tau q          gd += sigma q / d
//     rb before = tau rb - sigma b_before K(q / c)
// with share from the mean. What it sums for an atom is q; sigma / d comes in the end. A pixel without mass keeps a = 0, and
// q = 0.
#if defined(OTLEARN_BARYCENTER_BARYCENTER_POWERS_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_POWERS_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_POWERS_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_POWERS_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/barycenter_kept_impl.h"
#include "barycenter/barycenter_mean_impl.h"
#include "barycenter/barycenter_point_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/operands_impl.h"
#include "barycenter/raise_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
class PowerSteps {
  static constexpr int kLanes = Traits<T>::kLanes;
  using V = Vector<T>;

 public:
  static constexpr bool kIsDebiased = false;

  // Whether this number type holds the masses of an atom: a power of what it makes 0 may be anything.
  static bool holds(const double* masses, std::size_t count) {
    return std::all_of(masses, masses + count, [](double mass) { return mass == 0 || mass >= std::numeric_limits<T>::min(); });
  }
  // a of the first iteration, of whose c the reciprocal is given; false where it leaves the range.
  static bool first_a(const BarycenterProblem& problem, const StripLayout& lying, const T* d, const T* inverse_c, T* a) {
    each_register<T>(lying, [=](std::size_t i) { store<T>(a + i, broadcast<T>(T(1))); });
    return raise_a(problem, lying, d, inverse_c, a, a);
  }
  // The gradient at mass d, from the q that `pull_back` summed and ga of the shared first iteration.
  static double gradient_of(const BarycenterProblem& problem, T d, T sum, T first_ga, T first_a, T) {
    return d > 0 ? problem.exponents.update * (sum + static_cast<double>(first_ga) * first_a) / d : 0;
  }

  // Images that an adjoint needs of an iteration.
  static int kept_images(const BarycenterProblem& problem) { return 4 * problem.atoms + 1; }

  explicit PowerSteps(const PointContext<T>& context)
      : context_(context),
        exponents_(context.problem.exponents),
        atoms_(context.problem.atoms),
        iterations_(context.problem.iterations),
        kept_(iterations_, context.kept_bytes, context.size, kept_images(context.problem), exponents_.sides() * atoms_),
        mean_(exponents_.power),
        log_phi_(atoms_, context.size),
        work_(context.between(), context.size),
        gradient_b_(atoms_, context.size),
        gradient_a_(remembers() ? atoms_ : 0, context.size) {}

  KeptIterations<T>& kept() { return kept_; }
  T* p(int iteration) { return kept_.at(iteration, 2 * atoms_); }

  // Begins a data point; false where its start leaves the range.
  bool begin(const BarycenterPoint& point) {
    point_ = &point;
    if (!context_.has_start(point)) return true;
    const std::size_t size = context_.size, pixels = context_.problem.pixels();
    if (start_.count() == 0) start_ = Images<T>(exponents_.sides() * atoms_, size);
    for (int s = 0; s < atoms_; ++s) {
      if (!start_scaling(point, s * pixels, context_.upright, size, start_[s])) return false;
      if (remembers() && !start_scaling(point, (atoms_ + s) * pixels, context_.lying, size, start_[atoms_ + s])) return false;
    }
    return true;
  }

  // An iteration, for each atom: c = K b; a; phi = K a and log(scale phi).
  auto c_product(int iteration, int s) {
    const T* b = b_before(iteration, s);
    T* inverse_c = this->inverse_c(iteration, s);
    return Product{Load<T>{b}, StoreReciprocal<T>{inverse_c}};
  }
  bool make_a(int iteration, int s) {
    return raise_a(context_.problem, context_.lying, context_.shared.d[s], inverse_c(iteration, s), a_before(iteration, s),
                   kept_.at(iteration, atoms_ + s));
  }
  auto phi_product(int iteration, int s) {
    const T *a = kept_.at(iteration, atoms_ + s), scale = context_.shared.scale;
    T *inverse_phi = kept_.at(iteration, 2 * atoms_ + 1 + s), *log_phi = log_phi_[s];
    return Product{Load<T>{a}, StoreReciprocalAndLog<T>{inverse_phi, log_phi, scale}};
  }
  // p and b, after all atoms; false where one leaves the range.
  bool finish(int iteration) {
    std::vector<const T*> log_phi(atoms_);
    for (int s = 0; s < atoms_; ++s)
      log_phi[s] = context_.is_shared(iteration) ? context_.shared.first_log_phi[s] : log_phi_[s];
    double offset;
    T *p = this->p(iteration), *log_p = work_[0];
    if (!mean_.apply(context_.upright, point_->weights, log_phi, context_.shared.scale, log_p, offset)) return false;
    if (!set_barycenter<T>(
            context_.upright, [=](std::size_t i) { return load<T>(log_p + i); }, offset, p))
      return false;
    const Raise<T> raise(exponents_);
    V worst = {};
    for (int s = 0; s < atoms_; ++s) {
      const T *inverse_phi = this->inverse_phi(iteration, s), *before = b_before(iteration, s);
      T* b = this->b(iteration, s);
      each_register<T>(context_.upright, [&](std::size_t i) {
        store<T>(b + i, raise(load<T>(p + i) * load<T>(inverse_phi + i), load<T>(before + i), worst));
      });
    }
    return Raise<T>::is_in_range(worst);
  }

  // |a - (d / c)^(rho / (rho + epsilon))| c of the iteration before, with the c of this one.
  double error_before(int iteration) {
    const T marginal = static_cast<T>(exponents_.marginal());
    double largest = 0;
    for (int s = 0; s < atoms_; ++s) {
      const T *d = context_.shared.d[s], *inverse_c = this->inverse_c(iteration, s), *a = this->a(iteration - 1, s);
      double error = 0;
      each_strip<T>(context_.lying, [&](std::size_t begin, std::size_t end) {
        V sum = {};
        for (std::size_t i = begin; i < end; i += kLanes) {
          const V mass = load<T>(d + i), inverse = load<T>(inverse_c + i);
          const auto is_there = mass > T(0);
          const V next = exp_of<T>(marginal * log_of<T>(is_there ? mass * inverse : broadcast<T>(T(1))));
          const V difference = is_there ? load<T>(a + i) - next : V{};
          sum += most<T>(difference, -difference) / inverse;
        }
        error += sum_lanes<T>(sum);
      });
      largest = std::max(largest, error);
    }
    return largest;
  }

  template <typename Target>
  void write_log_scalings(int last, Target* out) {
    const std::size_t pixels = context_.problem.pixels();
    T* logs = work_[0];
    for (int s = 0; s < atoms_; ++s, out += pixels) {
      const T* b = this->b(last, s);
      each_register<T>(context_.upright, [=](std::size_t i) { store<T>(logs + i, short_log_of<T>(load<T>(b + i))); });
      pack(context_.upright, logs, out);
    }
    for (int s = 0; remembers() && s < atoms_; ++s, out += pixels) {
      const T* a = this->a(last, s);
      each_register<T>(context_.lying, [=](std::size_t i) {
        const V value = load<T>(a + i);
        store<T>(logs + i, value > T(0) ? short_log_of<T>(value) : broadcast<T>(T(kLogZero)));
      });
      pack(context_.lying, logs, out);
    }
  }

  // The adjoint of an iteration, from its G to that of the iteration before: for each atom what is added to the gradient of
  // lambda besides `common`, as the sum of what `phi_adjoint` produces, then rb.
  double common(int iteration, const T* g) { return mean_.common(context_.upright, g, p(iteration)); }

  // K((share G - sigma rb) / phi), q, and q / c. Every image that is summed into is first written by the iteration that comes
  // first. Of a shared iteration only the input is taken.
  auto phi_adjoint(int iteration, int s, const T* g, AtomGradients<T>& gradients) {
    const bool last = iteration == iterations_ - 1, is_shared = context_.is_shared(iteration);
    const T *p = this->p(iteration), *inverse_phi = this->inverse_phi(iteration, s), *gradient_b = gradient_b_[s];
    const T *inverse_c = is_shared ? nullptr : this->inverse_c(iteration, s), *a = this->a(iteration, s);
    const T tau = static_cast<T>(exponents_.memory), sigma = static_cast<T>(exponents_.update);
    const T lambda = static_cast<T>(point_->weights[s]);
    // what a shared first iteration adds to q besides a K gphi: its ra, which is tau q of this one
    const T times = context_.cold && iteration == 1 ? 1 + tau : T(1);
    const MarginalMean<T> mean = mean_;
    T *gradient = gradients.d[s], *next = work(s), *gradient_a = remembers() ? gradient_a_[s] : nullptr;
    return Product{[=](std::size_t i, V& slope) {
                     const V inverse = load<T>(inverse_phi + i);
                     const V share = mean.pull_back(lambda, load<T>(g + i), load<T>(p + i) * inverse, slope);
                     return (last ? share : share - sigma * load<T>(gradient_b + i)) * inverse;
                   },
                   [=](std::size_t i, const V& ga, V& sum) {
                     V q = load<T>(a + i) * ga;
                     if (gradient_a) {
                       if (!last) q += load<T>(gradient_a + i);
                       store<T>(gradient_a + i, tau * q);
                     }
                     const V total = last ? times * q : load<T>(gradient + i) + times * q;
                     sum += total;
                     store<T>(gradient + i, total);
                     store<T>(next + i, q * load<T>(inverse_c + i));
                   }};
  }
  // K(q / c) and rb of the iteration before, whose G is summed over the atoms in order.
  auto c_adjoint(int iteration, int s, T* next_g) {
    const bool last = iteration == iterations_ - 1;
    const T *next = work(s), *b = b_before(iteration, s);
    const T tau = static_cast<T>(exponents_.memory), sigma = static_cast<T>(exponents_.update);
    T* gradient_b = gradient_b_[s];
    return Product{Load<T>{next}, [=](std::size_t i, const V& gc, V&) {
                     const V from_c = sigma * load<T>(b + i) * gc;
                     const V value = last ? -from_c : tau * load<T>(gradient_b + i) - from_c;
                     store<T>(gradient_b + i, value);
                     store<T>(next_g + i, (s > 0 ? load<T>(next_g + i) : V{}) + sigma * value);
                   }};
  }

 private:
  bool remembers() const { return exponents_.memory != 0; }

  T* b(int iteration, int s) { return kept_.at(iteration, s); }
  T* inverse_c(int iteration, int s) { return kept_.at(iteration, 3 * atoms_ + 1 + s); }
  const T* a(int iteration, int s) {
    return context_.is_shared(iteration) ? context_.shared.first_a[s] : kept_.at(iteration, atoms_ + s);
  }
  const T* inverse_phi(int iteration, int s) {
    return context_.is_shared(iteration) ? context_.shared.first_inverse_phi[s] : kept_.at(iteration, 2 * atoms_ + 1 + s);
  }
  const T* b_before(int iteration, int s) {
    if (iteration == 0) return context_.cold ? context_.shared.ones[0] : start_[s];
    return kept_.before(iteration, s);
  }
  const T* a_before(int iteration, int s) {  // read where it is remembered only
    if (iteration == 0 || !remembers()) return start_.count() > static_cast<std::size_t>(atoms_) ? start_[atoms_ + s] : nullptr;
    return context_.is_shared(iteration - 1) ? context_.shared.first_a[s] : kept_.before(iteration, atoms_ + s);
  }

  // a = before^tau (d / c)^sigma; false where a number leaves the range.
  static bool raise_a(const BarycenterProblem& problem, const StripLayout& lying, const T* d, const T* inverse_c,
                      const T* before, T* a) {
    const Raise<T> raise(problem.exponents);
    const V one = broadcast<T>(T(1));
    V worst = {};
    each_register<T>(lying, [&](std::size_t i) {
      const V mass = load<T>(d + i);
      const auto is_there = mass > T(0);
      const V base = raise.memory != 0 ? (is_there ? load<T>(before + i) : one) : one;
      const V value = raise(is_there ? mass * load<T>(inverse_c + i) : one, base, worst);
      store<T>(a + i, is_there ? value : V{});
    });
    return Raise<T>::is_in_range(worst);
  }

  T* work(int s) { return work_[s % work_.count()]; }

  const PointContext<T>& context_;
  const BarycenterPoint* point_ = nullptr;
  const Exponents exponents_;
  const int atoms_, iterations_;
  KeptIterations<T> kept_;  // b [S], a [S]; p, 1 / phi [S], 1 / c [S]
  const MarginalMean<T> mean_;
  Images<T> start_;       // [sides, S] b and a to start from
  Images<T> log_phi_;     // [S]
  Images<T> work_;        // what the two adjoint products of an atom hand over
  Images<T> gradient_b_;  // [S] rb
  Images<T> gradient_a_;  // [S] ra, lying, where a is remembered
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
