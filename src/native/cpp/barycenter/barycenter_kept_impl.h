// What the adjoint needs of the iterations of one data point, F images of each, of which the first E are what the next
// iteration starts from. Beyond the given number of bytes only those E of the ends of segments are kept, and the
// iterations of one segment; the adjoint computes each segment again. With segments of sqrt(L E / F) iterations that is
// about 2 sqrt(L E F) images.
#if defined(OTLEARN_BARYCENTER_BARYCENTER_KEPT_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_KEPT_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_KEPT_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_KEPT_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "barycenter/barycenter_images_impl.h"
#include "isa/set.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
class KeptIterations {
 public:
  KeptIterations(int iterations, std::size_t bytes, std::size_t size, int images, int carried)
      : iterations_(iterations), images_(images), carried_(carried), size_(size), bytes_(bytes) {}

  // For all iterations, or where no adjoint follows for one, or for two of which one is compared with the other.
  void prepare(bool adjoint, bool compares) {
    segment_ = compares ? 2 : 1;
    if (adjoint) {
      const double bytes = static_cast<double>(images_) * size_ * sizeof(T);
      const double shortest = std::sqrt(static_cast<double>(iterations_) * carried_ / images_);
      segment_ = iterations_ * bytes <= bytes_ ? iterations_ : static_cast<int>(std::ceil(shortest));
    }
    ends_are_kept_ = adjoint && segment_ < iterations_;
    const auto grow = [&](Images<T>& images, std::size_t count) {
      if (images.count() < count) images = Images<T>(count, size_);
    };
    grow(kept_, static_cast<std::size_t>(segment_) * images_);
    if (ends_are_kept_) grow(ends_, static_cast<std::size_t>(segments() - 1) * carried_);
  }

  int segments() const { return (iterations_ + segment_ - 1) / segment_; }
  int begin(int segment) const { return segment * segment_; }
  int end(int segment) const { return std::min(begin(segment + 1), iterations_); }

  T* at(int iteration, int image) { return kept_[static_cast<std::size_t>(iteration % segment_) * images_ + image]; }
  // Of the iteration before one of the segment that is in memory; only what is carried.
  const T* before(int iteration, int image) {
    return is_end(iteration) ? ends_[end_slot(iteration) + image] : at(iteration - 1, image);
  }

  // Call after each iteration of the first pass.
  void finish(int iteration) {
    const int next = iteration + 1;
    if (next == iterations_ || !is_end(next)) return;
    for (int image = 0; image < carried_; ++image) std::copy_n(at(iteration, image), size_, ends_[end_slot(next) + image]);
  }

 private:
  bool is_end(int iteration) const { return ends_are_kept_ && iteration % segment_ == 0; }
  std::size_t end_slot(int iteration) const { return static_cast<std::size_t>(iteration / segment_ - 1) * carried_; }

  const int iterations_, images_, carried_;
  const std::size_t size_, bytes_;
  int segment_ = 1;
  bool ends_are_kept_ = false;
  Images<T> kept_, ends_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
