// Images for Sinkhorn on a grid, one histogram each.
//
// Images of one to three axes, row-major with padding: the last axis is `pitch` numbers long and there are `rows` lines
// along it, both multiples of kLanes. A strip is kLanes parallel lines of an axis; a strip image holds those of one axis
// one behind the other, [strips][length][kLanes].
#if defined(OTLEARN_SINKHORN_GRID_STRIP_GRID_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_GRID_STRIP_GRID_IMPL_H
#undef OTLEARN_SINKHORN_GRID_STRIP_GRID_IMPL_H
#else
#define OTLEARN_SINKHORN_GRID_STRIP_GRID_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "isa/set.h"
#include "sinkhorn/grid/blur_impl.h"
#include "vector/registers_impl.h"
#include "vector/transpose_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
class StripGrid {
 public:
  static constexpr int kLanes = Traits<T>::kLanes;

  struct Strip {
    std::size_t base;  // of its first number in an image
    int lanes;         // those that are not padding
  };
  struct Axis {
    int length;
    std::size_t stride;  // between positions of a line; on the last axis between lines
    bool last;
    std::vector<Strip> strips;
    std::size_t numbers() const { return strips.size() * length * kLanes; }
  };

  explicit StripGrid(const std::vector<int>& size) : width_(size.back()), pitch_(round_up(size.back())) {
    std::size_t lines = 1;
    for (std::size_t k = 0; k + 1 < size.size(); ++k) lines *= size[k];
    lines_ = lines;
    rows_ = round_up(lines);
    std::size_t outer = 1, inner = lines;
    for (std::size_t k = 0; k + 1 < size.size(); ++k, outer *= size[k - 1]) {
      inner /= size[k];
      Axis axis{size[k], inner * pitch_, false, {}};
      for (std::size_t o = 0; o < outer; ++o) {
        for (std::size_t c = 0; c < axis.stride; c += kLanes)
          axis.strips.push_back({o * size[k] * axis.stride + c, lanes(width_, c % pitch_)});
      }
      axes_.push_back(std::move(axis));
    }
    Axis axis{width_, pitch_, true, {}};
    for (std::size_t line = 0; line < rows_; line += kLanes) axis.strips.push_back({line * pitch_, lanes(lines, line)});
    axes_.push_back(std::move(axis));
  }

  const std::vector<Axis>& axes() const { return axes_; }
  std::size_t numbers() const { return rows_ * pitch_; }
  std::size_t points() const { return lines_ * width_; }

  // Between plain row-major numbers of one histogram and an image; padding is left as it is.
  template <typename Source>
  void to_image(const Source* plain, int, T* image) const {
    for (std::size_t line = 0; line < lines_; ++line) {
      for (int i = 0; i < width_; ++i) image[line * pitch_ + i] = static_cast<T>(plain[line * width_ + i]);
    }
  }
  template <typename Target>
  void from_image(const T* image, int, Target* plain) const {
    for (std::size_t line = 0; line < lines_; ++line) {
      for (int i = 0; i < width_; ++i) plain[line * width_ + i] = static_cast<Target>(image[line * pitch_ + i]);
    }
  }

  static void add_to_pairs(const Vector<T>& sums, int, double* out) { *out += sum_lanes<T>(sums); }

  // A number of the pair in all lanes.
  static Vector<T> of_pairs(const double* numbers, int) { return broadcast<T>(static_cast<T>(*numbers)); }

  // Whether the positions of a strip are registers of the image, at strip.base and every `stride`.
  static bool lies_in_image(const Axis& axis) { return !axis.last; }

  // Between an image and a strip; what is loaded is summed, too.
  static Vector<T> load_strip(const T* image, const Axis& axis, const Strip& strip, T* lines) {
    const T* from = image + strip.base;
    if (!axis.last) return copy_line(from, axis.stride, axis.length, lines);
    Vector<T> square[kLanes], sum{};
    for (int p = 0; p < axis.length; p += kLanes) {
      for (int i = 0; i < kLanes; ++i) square[i] = load<T>(from + i * axis.stride + p);
      transpose<T>(square);
      const int count = std::min<int>(kLanes, axis.length - p);
      for (int i = 0; i < count; ++i) {
        sum += square[i];
        store<T>(lines + (p + i) * kLanes, square[i]);
      }
    }
    return sum;
  }
  static void store_strip(const T* lines, const Axis& axis, const Strip& strip, T* image) {
    T* to = image + strip.base;
    if (!axis.last) {
      for (int p = 0; p < axis.length; ++p) store<T>(to + p * axis.stride, load<T>(lines + p * kLanes));
      return;
    }
    Vector<T> square[kLanes];
    for (int p = 0; p < axis.length; p += kLanes) {
      for (int i = 0; i < kLanes; ++i) square[i] = p + i < axis.length ? load<T>(lines + (p + i) * kLanes) : Vector<T>{};
      transpose<T>(square);
      for (int i = 0; i < kLanes; ++i) store<T>(to + i * axis.stride + p, square[i]);
    }
  }

  static std::size_t round_up(std::size_t size) { return (size + kLanes - 1) / kLanes * kLanes; }

 private:
  static int lanes(std::size_t count, std::size_t first) {
    return static_cast<int>(std::min<std::size_t>(kLanes, count > first ? count - first : 0));
  }

  int width_;
  std::size_t pitch_, lines_ = 1, rows_ = 1;
  std::vector<Axis> axes_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
