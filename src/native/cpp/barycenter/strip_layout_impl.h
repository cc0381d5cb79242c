// The images of a grid in memory (grid_kernel_impl.h).
#if defined(OTLEARN_BARYCENTER_STRIP_LAYOUT_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_STRIP_LAYOUT_IMPL_H
#undef OTLEARN_BARYCENTER_STRIP_LAYOUT_IMPL_H
#else
#define OTLEARN_BARYCENTER_STRIP_LAYOUT_IMPL_H
#endif

#include <algorithm>
#include <cstddef>

#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Where the numbers of an image lie: in each plane `strips` strips of `rows` registers. Lanes past `columns` are padding.
struct StripLayout {
  int planes, rows, columns, lanes;
  bool lies;  // rows are columns of the image
  int strips() const { return (columns + lanes - 1) / lanes; }
  int row_tiles() const { return (rows + lanes - 1) / lanes; }  // of `lanes` rows each
  std::size_t plane() const { return static_cast<std::size_t>(strips()) * rows * lanes; }
  std::size_t size() const { return planes * plane(); }
  std::size_t at(int row, int column) const {
    return (static_cast<std::size_t>(column / lanes) * rows + row) * lanes + column % lanes;
  }
  // body(pixel, i): where the pixel of a row-major image lies. Nothing is divided, and loops over a strip's lanes are loops
  // over neighbours in the image.
  template <typename Body>
  void each_pixel(Body body) const {
    const std::size_t strip = static_cast<std::size_t>(rows) * lanes;
    std::size_t pixel = 0;
    for (std::size_t first = 0; first < size(); first += plane()) {
      for (int y = 0; lies && y < columns; ++y) {
        const std::size_t begin = first + y / lanes * strip + y % lanes;
        for (int x = 0; x < rows; ++x) body(pixel++, begin + static_cast<std::size_t>(x) * lanes);
      }
      for (int y = 0; !lies && y < rows; ++y) {
        std::size_t begin = first + static_cast<std::size_t>(y) * lanes;
        for (int x = 0; x < columns; x += lanes, begin += strip) {
          const int count = std::min(lanes, columns - x);
          for (int lane = 0; lane < count; ++lane) body(pixel + lane, begin + lane);
          pixel += count;
        }
      }
    }
  }
};

// 1 in the lanes of an image's last strip that are no padding.
template <typename T>
Vector<T> inside_of(const StripLayout& layout) {
  constexpr int kLanes = Traits<T>::kLanes;
  Vector<T> inside;
  for (int lane = 0; lane < kLanes; ++lane) {
    inside[lane] = lane < layout.columns - (layout.strips() - 1) * kLanes ? T(1) : T(0);
  }
  return inside;
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
