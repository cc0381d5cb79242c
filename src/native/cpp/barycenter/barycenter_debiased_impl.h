// The debiased iteration (Janati, Cuturi, Gramfort 2020, Algorithm 1) and its adjoint. Beside the scalings each data point has
// D [N], 1 at first, and with e = K D
//     p = D prod phi^lambda          D <- sqrt(D p / e).
// The adjoint carries h = (D dL/dD) / 2 beside gb; h is 0 after the last iteration, whose D nothing sees. In logarithms
//     G        = p dL/dp in the last iteration, else sum_s b_s gb_s + h
//     h before = (G + h - D K(h / e)) / 2
// as log p takes log D once, log D the halves of log D, of log p and of -log e, and h / e is -dL/de. K is symmetric.
//
// On a grid K D lies where D is upright, and is turned (grid_kernel_impl.h); so is K(h / e). No product is made that nothing
// sees: of L iterations from a cold start, whose first K D = K 1 all points share, L - 2 forward and L - 2 backward.
#if defined(OTLEARN_BARYCENTER_BARYCENTER_DEBIASED_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_DEBIASED_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_DEBIASED_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_DEBIASED_IMPL_H
#endif

#include <algorithm>
#include <cstddef>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/barycenter_plain_impl.h"
#include "barycenter/barycenter_point_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/operands_impl.h"
#include "isa/set.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
class DebiasedSteps : public PlainSteps<T> {
  using Plain = PlainSteps<T>;
  using V = Vector<T>;
  using Plain::atoms_, Plain::context_, Plain::carried_, Plain::iterations_, Plain::kept_, Plain::point_;

 public:
  static constexpr bool kIsDebiased = true;

  // Images that an adjoint needs of an iteration.
  static int kept_images(const BarycenterProblem& problem) { return Plain::kept_images(problem) + 2; }

  explicit DebiasedSteps(const PointContext<T>& context)
      : Plain(context, context.problem.atoms + 2, kept_images(context.problem)),
        lying_(1, context.size),
        mean_(1, context.size),
        h_(1, context.size) {}

  // Begins a data point; false where its start leaves the range.
  bool begin(const BarycenterPoint& point) {
    if (!Plain::begin(point)) return false;
    if (!context_.has_start(point)) return true;
    if (start_.count() == 0) start_ = Images<T>(1, context_.size);
    return start_scaling(point, atoms_ * context_.problem.pixels(), context_.upright, context_.size, start_[0]);
  }

  // Whether anything sees the D that an iteration ends with.
  bool debiases(int iteration) const {
    return iteration + 1 < iterations_ || point_->log_scalings || point_->wide_log_scalings || point_->error;
  }
  // 1 / K D, lying, and then upright.
  auto debias_product(int iteration) { return Product{Load<T>{d_before(iteration)}, StoreReciprocal<T>{lying_[0]}}; }
  auto debias_turn(int iteration) { return Product{Load<T>{lying_[0]}, Store<T>{kept_.at(iteration, e_slot())}}; }

  // p and D, after all products; false where one leaves the range. D changes by the root of mean / e, which is near 1 before
  // long, while D p / e has twice the logarithms of D.
  bool finish(int iteration) {
    const T* before = d_before(iteration);
    V largest = broadcast<T>(T(1)), smallest = largest;
    const auto noted = [&](const V& value) {
      largest = most<T>(largest, value);
      smallest = least<T>(smallest, value);
      return value;
    };
    bool in_range;
    if (debiases(iteration)) {
      const T* inverse_e = this->inverse_e(iteration);
      T* next = d(iteration);
      in_range = this->finish_with(iteration, [&](std::size_t i, const V& mean) {
        const V d = load<T>(before + i), change = noted(mean * load<T>(inverse_e + i));
        store<T>(next + i, noted(d * sqrt_of<T>(change)));
        return noted(mean * d);
      });
    } else {
      in_range = this->finish_with(iteration, [&](std::size_t i, const V& mean) { return noted(mean * load<T>(before + i)); });
    }
    return in_range && largest_lane<T>(largest) < Band<T>::kLargest && -largest_lane<T>(-smallest) > 1 / Band<T>::kLargest;
  }

  // The largest |a c - d| of the iteration before, with the c of this one, and |D K D - p|.
  double error_before(int iteration) {
    const T *d = this->d(iteration - 1), *inverse_e = this->inverse_e(iteration), *p = this->p(iteration - 1);
    const double error = Plain::distance(
        context_.upright, [=](std::size_t i) { return V(load<T>(d + i) / load<T>(inverse_e + i) - load<T>(p + i)); });
    return std::max(error, Plain::error_before(iteration));
  }

  template <typename Target>
  void write_log_scalings(int last, Target* out) {
    Plain::write_log_scalings(last, out);
    const T* d = this->d(last);
    T* log_d = lying_[0];  // free between two products
    each_register<T>(context_.upright, [=](std::size_t i) { store<T>(log_d + i, short_log_of<T>(load<T>(d + i))); });
    pack(context_.upright, log_d, out + atoms_ * context_.problem.pixels());
  }

  // As in the plain iteration, but of the mean p / D: the logarithms of b / D are the small ones here.
  double common(int iteration, const T* g) {
    const T *p = this->p(iteration), *d = d_before(iteration);
    T* mean = mean_[0];
    return mean_log<T>(context_.upright, g, [=](std::size_t i) {
      const V value = load<T>(p + i) * reciprocal<T>(load<T>(d + i));
      store<T>(mean + i, value);
      return value;
    });
  }
  auto phi_adjoint(int iteration, int s, const T* g, AtomGradients<T>& gradients) {
    return this->phi_adjoint_with(mean_[0], iteration, s, g, gradients);
  }

  // h of the last iteration but one, for an adjoint without a product.
  void begin_debias_adjoint(const T* g, T* next_g) {
    T* h = h_[0];
    each_register<T>(context_.upright, [=](std::size_t i) { set_h(i, load<T>(g + i), h, next_g); });
  }
  // Whether the adjoint of an iteration has a product for D: not where h is 0, nor where D is a constant.
  bool pulls_debias(int iteration) const { return 0 < iteration && iteration + 1 < iterations_; }
  // K(h / e), lying, and from it, upright, h of the iteration before, which G has a share of.
  auto debias_adjoint(int iteration) {
    const T *h = h_[0], *inverse_e = this->inverse_e(iteration);
    return Product{[=](std::size_t i, V&) { return load<T>(h + i) * load<T>(inverse_e + i); }, Store<T>{lying_[0]}};
  }
  auto debias_adjoint_turn(int iteration, const T* g, T* next_g) {
    const T* d = d_before(iteration);
    T* h = h_[0];
    return Product{Load<T>{lying_[0]}, [=](std::size_t i, const V& product, V&) {
                     set_h(i, load<T>(g + i) + load<T>(h + i) - load<T>(d + i) * product, h, next_g);
                   }};
  }

 private:
  static void set_h(std::size_t i, const V& twice, T* h, T* next_g) {
    const V value = T(0.5) * twice;
    store<T>(h + i, value);
    store<T>(next_g + i, load<T>(next_g + i) + value);
  }

  // D is carried, behind what the plain iteration carries.
  int d_slot() const { return carried_ - 1; }
  int e_slot() const { return carried_ + atoms_; }
  T* d(int iteration) { return kept_.at(iteration, d_slot()); }
  const T* d_before(int iteration) {
    if (iteration == 0) return context_.cold ? context_.shared.ones[0] : start_[0];
    return kept_.before(iteration, d_slot());
  }
  const T* inverse_e(int iteration) {
    return context_.is_shared(iteration) ? context_.shared.first_inverse_e[0] : kept_.at(iteration, e_slot());
  }

  Images<T> start_;  // D to start from
  Images<T> lying_;  // a product that is to be turned
  Images<T> mean_;   // p / D of the iteration whose adjoint is in work
  Images<T> h_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
