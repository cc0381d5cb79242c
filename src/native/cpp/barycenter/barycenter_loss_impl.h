// The losses of barycenter.h on upright images.
#if defined(OTLEARN_BARYCENTER_BARYCENTER_LOSS_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_BARYCENTER_LOSS_IMPL_H
#undef OTLEARN_BARYCENTER_BARYCENTER_LOSS_IMPL_H
#else
#define OTLEARN_BARYCENTER_BARYCENTER_LOSS_IMPL_H
#endif

#include <cstddef>

#include "barycenter/barycenter.h"
#include "barycenter/barycenter_images_impl.h"
#include "barycenter/strip_layout_impl.h"
#include "isa/set.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// The loss of p [image] against a target [N], and G = p dL/dp, zero in the padding. `unpacked` is one image to work in, zero
// in the padding.
template <typename T>
double loss_and_slope(const StripLayout& layout, const BarycenterPoint& point, const T* p_image, T scale, T* unpacked,
                      T* gradient) {
  using V = Vector<T>;
  constexpr int kLanes = Traits<T>::kLanes;
  unpack(layout, point.target, unpacked);
  const V floor = broadcast<T>(T(1e-30));
  double value = 0;
  std::size_t i = 0;
  for (int strip = 0; strip < layout.planes * layout.strips(); ++strip) {
    V inside;
    for (int lane = 0; lane < kLanes; ++lane)
      inside[lane] = strip % layout.strips() * kLanes + lane < layout.columns ? T(1) : T(0);
    V sum = {};
    for (int y = 0; y < layout.rows; ++y, i += kLanes) {
      const V p = load<T>(p_image + i), x = load<T>(unpacked + i);
      const V difference = p - x;
      V slope, term;
      switch (point.loss) {
        case Loss::kTotalVariation:
          slope = difference > T(0) ? broadcast<T>(T(1)) : (difference < T(0) ? broadcast<T>(T(-1)) : V{});
          term = difference * slope;
          break;
        case Loss::kQuadratic:
          slope = T(2) * difference;
          term = difference * difference;
          break;
        case Loss::kLinear:
          slope = x;
          term = p * x;
          break;
        default:
          slope = short_log_of<T>(p * scale) - short_log_of<T>(most<T>(x, floor) * scale);
          term = p * slope - difference;
      }
      sum += inside * term;
      store<T>(gradient + i, inside * slope * p);
    }
    value += sum_lanes<T>(sum);
  }
  return value;
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
