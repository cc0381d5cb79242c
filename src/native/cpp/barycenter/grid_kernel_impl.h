// K x on a grid, K a product of one kernel exp(-d^2 / epsilon) an axis.
//
// Registers lie along the axis that is not summed over, so that all loads are aligned and neighbours in the sum are
// neighbouring registers: an image is stored as strips one register wide, rows of a strip one after the other. A product
// takes an image in strips of columns, sums down the rows of a strip, transposes tiles of L x L numbers in registers, sums
// along the other axis, and hands over an image in strips of rows; the next product goes the other way. `Upright` images
// (strips of columns) and `Lying` ones (strips of rows) alternate, and nothing is ever transposed in memory.
//
// The input is asked for register by register and the result is given away register by register: what lies between two
// products happens on the fly. A volume is one image a plane; what the planes' products leave is then summed over the depth.
#if defined(OTLEARN_BARYCENTER_GRID_KERNEL_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_GRID_KERNEL_IMPL_H
#undef OTLEARN_BARYCENTER_GRID_KERNEL_IMPL_H
#else
#define OTLEARN_BARYCENTER_GRID_KERNEL_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <vector>

#include "barycenter/barycenter.h"
#include "barycenter/correlate_impl.h"
#include "barycenter/grid_axis_impl.h"
#include "barycenter/levelled_kernel_impl.h"
#include "barycenter/operands_impl.h"
#include "barycenter/plane_product_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "barycenter/volume_product_impl.h"
#include "base/aligned_array.h"
#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Buffers of one worker.
template <typename T>
struct GridScratch {
  AlignedArray<T> strip, upright, lying;
  AlignedArray<T> volume;  // empty for one plane
};

template <typename T>
class GridKernel : public LevelledKernel<T> {
  static constexpr int kLanes = Traits<T>::kLanes;
  using V = Vector<T>;

 public:
  explicit GridKernel(const BarycenterProblem& p)
      : upright_{p.depth.size, p.down.size, p.across.size, kLanes, false},
        lying_{p.depth.size, p.across.size, p.down.size, kLanes, true},
        through_(p.depth),
        down_(p.down),
        across_(p.across),
        reach_(coded_radius<T>(std::max({p.depth.radius, p.down.radius, p.across.radius}))) {
    make_levels();
  }

  const StripLayout& upright() const { return upright_; }
  const StripLayout& lying() const { return lying_; }
  std::size_t size() const { return std::max(upright_.size(), lying_.size()); }

  GridScratch<T> make_scratch() const {
    const auto rows = [&](int count) {
      return static_cast<std::size_t>((count + kLanes - 1) / kLanes * kLanes + 2 * reach_) * kLanes;
    };
    GridScratch<T> scratch;
    scratch.strip = AlignedArray<T>(rows(std::max({upright_.rows, lying_.rows, upright_.planes})));
    scratch.upright = AlignedArray<T>(rows(upright_.rows) * upright_.strips());
    scratch.lying = AlignedArray<T>(rows(lying_.rows) * lying_.strips());
    if (upright_.planes > 1) scratch.volume = AlignedArray<T>(upright_.planes * volume_plane());
    return scratch;
  }

  // Upright x to lying K x, and the other way. `produce(i, sum)` gives the register of x at i; `consume(i, values, sum)`
  // takes the register of K x at i, padding lanes set to `outside`. What they add to their sums is added up in the outcome.
  // They should capture pointers by value: then all that they need stays in registers.
  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> to_lying(int level, T outside, GridScratch<T>& scratch, const Produce& produce, const Consume& consume) const {
    const Radii& r = radii_[level];
    return apply<kMeasure>({upright_, lying_, down_.taps.data(), across_.taps.data(), r.down, r.across}, r.through, scratch,
                           scratch.lying.data(), outside, produce, consume);
  }
  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> to_upright(int level, T outside, GridScratch<T>& scratch, const Produce& produce, const Consume& consume) const {
    const Radii& r = radii_[level];
    return apply<kMeasure>({lying_, upright_, across_.taps.data(), down_.taps.data(), r.across, r.down}, r.through, scratch,
                           scratch.upright.data(), outside, produce, consume);
  }

  // A lying image as an upright one, which is what the shortest kernel leaves: its centre alone, exp(0).
  template <typename Produce, typename Consume>
  void turn(T outside, GridScratch<T>& scratch, const Produce& produce, const Consume& consume) const {
    to_upright<false>(0, outside, scratch, produce, consume);
  }

 private:
  struct Radii {
    int through, down, across;
  };

  // From the centre alone to the whole band; each level takes in the largest entry that the one before leaves out.
  void make_levels() {
    Radii r{0, 0, 0};
    const auto lengthen = [](int& radius, double next, double largest) {
      if (next == largest) radius = coded_radius<T>(radius + 1);
    };
    for (;;) {
      radii_.push_back(r);
      const double plane = down_.beyond(r.down) * across_.all() + down_.all() * across_.beyond(r.across);
      this->left_out_.push_back(plane * through_.all() + down_.all() * across_.all() * through_.beyond(r.through));
      const double through = through_.next(r.through), down = down_.next(r.down), across = across_.next(r.across);
      const double largest = std::max({through, down, across});
      if (largest == 0) break;
      lengthen(r.through, through, largest);
      lengthen(r.down, down, largest);
      lengthen(r.across, across, largest);
    }
  }

  // Planes of a volume do not share cache sets.
  std::size_t volume_plane() const { return std::max(upright_.plane(), lying_.plane()) + 5 * kLanes; }

  template <bool kMeasure, typename Produce, typename Consume>
  Outcome<T> apply(const PlaneWay<T>& way, int depth, GridScratch<T>& scratch, T* middle, T outside, const Produce& produce,
                   const Consume& consume) const {
    T* strip = scratch.strip.data();
    if (way.in.planes == 1) return plane_product<T, kMeasure>(way, reach_, strip, middle, outside, produce, consume);
    const std::size_t stride = volume_plane();
    T* volume = scratch.volume.data();
    Outcome<T> outcome = fill_volume<T, kMeasure>(way.in, produce, volume, stride);
    for (T *plane = volume, *end = volume + way.in.planes * stride; plane < end; plane += stride) {
      plane_product<T, false>(way, reach_, strip, middle, T(0), Load<T>{plane}, Store<T>{plane});
    }
    sum_through<T, kMeasure>(way.out, volume, stride, through_.taps.data(), depth, reach_, strip, outside, consume, outcome);
    return outcome;
  }

  StripLayout upright_, lying_;
  Axis<T> through_, down_, across_;
  int reach_;
  std::vector<Radii> radii_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
