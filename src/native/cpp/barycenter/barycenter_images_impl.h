// The images of the barycenter operator in memory. All are upright but c, a, d and their gradients, which lie
// (grid_kernel_impl.h).
#if defined(OTLEARN_BARYCENTER_BARYCENTER_IMAGES_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_IMAGES_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_IMAGES_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_IMAGES_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "barycenter/strip_layout_impl.h"
#include "base/aligned_array.h"
#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// The log-scaling that stands for no mass; see log-matvec.ts.
constexpr double kLogZero = -1e30;

// `count` images, each beginning at another place of a page so that equal places of several do not share cache sets.
template <typename T>
class Images {
 public:
  Images() = default;
  Images(std::size_t count, std::size_t size) : count_(count), stride_(size + kStagger), data_(count * stride_) {}
  T* operator[](std::size_t index) { return data_.data() + index * stride_; }
  const T* operator[](std::size_t index) const { return data_.data() + index * stride_; }
  std::size_t count() const { return count_; }
  void swap(Images& other) noexcept {
    std::swap(count_, other.count_);
    std::swap(stride_, other.stride_);
    data_.swap(other.data_);
  }

 private:
  static constexpr std::size_t kStagger = 5 * 64 / sizeof(T);
  std::size_t count_ = 0, stride_ = 0;
  AlignedArray<T> data_;
};

// body(i) for each register of an image.
template <typename T, typename Body>
void each_register(const StripLayout& layout, Body body) {
  for (std::size_t i = 0, end = layout.size(); i < end; i += Traits<T>::kLanes) body(i);
}

// body(begin, end) for each strip: sums over a strip in T, over strips in double, lose few digits.
template <typename T, typename Body>
void each_strip(const StripLayout& layout, Body body) {
  const std::size_t size = static_cast<std::size_t>(layout.rows) * Traits<T>::kLanes;
  for (std::size_t begin = 0; begin < layout.size(); begin += size) body(begin, begin + size);
}

// Between an image and plain row-major numbers; padding is left as it is.
template <typename T, typename Target>
void pack(const StripLayout& layout, const T* from, Target* to) {
  layout.each_pixel([=](std::size_t pixel, std::size_t i) { to[pixel] = static_cast<Target>(from[i]); });
}
template <typename Source, typename T>
void unpack(const StripLayout& layout, const Source* from, T* to) {
  layout.each_pixel([=](std::size_t pixel, std::size_t i) { to[i] = static_cast<T>(from[pixel]); });
}

// out[i] = produce(i, sum) for each register; what it summed, and the sum of `out`, which is not finite where an entry is not.
template <typename T, typename Produce>
std::pair<double, double> store_each(const StripLayout& layout, Produce produce, T* out) {
  double summed = 0, all = 0;
  each_strip<T>(layout, [&](std::size_t begin, std::size_t end) {
    Vector<T> sum = {}, total = {};
    for (std::size_t i = begin; i < end; i += Traits<T>::kLanes) {
      const Vector<T> value = produce(i, sum);
      total += value;
      store<T>(out + i, value);
    }
    summed += sum_lanes<T>(sum);
    all += sum_lanes<T>(total);
  });
  return {summed, all};
}

// What the points of a call share: the atoms, and the first iteration of a cold start up to the mean, in which no weight
// has a part.
template <typename T>
struct SharedAtoms {
  Images<T> ones;                                       // one image
  Images<T> d;                                          // [S]
  Images<T> first_inverse_c;                            // one image: 1 / K 1, lying
  Images<T> first_inverse_e;                            // the same, upright; one image where debiased
  Images<T> first_a, first_inverse_phi, first_log_phi;  // [S]; log(scale phi)
  T scale;                                              // a power of two near N: logarithms are taken of masses times it,
                                                        // which are near 1, so that fewer digits are lost to the magnitude
  std::vector<std::uint8_t> is_held;                    // [S], 0 where this number type cannot hold an atom's masses
  std::vector<int> first_level;                         // [S], -1 where that iteration is out of range

  bool is_in_range() const {
    return std::all_of(first_level.begin(), first_level.end(), [](int level) { return level >= 0; });
  }
};

// Gradients with respect to the atoms, of one point or of a group of points.
template <typename T>
struct AtomGradients {
  Images<T> d;          // [S], lying
  Images<T> first_phi;  // [S], upright: with respect to phi of the shared first iteration; K is applied to the sum
  bool has_any = false;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
