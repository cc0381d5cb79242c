#include <vector>

#include "base/thread_pool.h"
#include "glue/glue.h"
#include "host/grid_operator.h"

namespace otlearn {
namespace {

// applyGrid({size, radius, taps, logTaps, x, out}): taps of the axes one after the other; logTaps are undefined for K x
void run(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const std::vector<std::ptrdiff_t> size = given.dimensions("size"), radius = given.dimensions("radius");
  require(!size.empty() && size.size() <= 3 && radius.size() == size.size(), "size, radius");
  double points = 1, lengths = 0;
  for (const std::ptrdiff_t extent : size) {
    require(extent > 0, "size");
    points *= static_cast<double>(extent);
    lengths += static_cast<double>(extent);
  }
  require(points * 8 < kMostNumbers, "size");
  GridOperation operation;
  const double* taps = given.array<double>("taps", lengths);
  const double* log_taps = given.optional<double>("logTaps", lengths);
  for (std::size_t axis = 0; axis < size.size(); ++axis) {
    const auto length = static_cast<std::size_t>(size[axis]);
    operation.axes.push_back({length, static_cast<std::size_t>(radius[axis]), taps, log_taps});
    taps += length;
    if (log_taps) log_taps += length;
  }
  operation.logarithm = log_taps != nullptr;
  operation.x = given.array<double>("x", points);
  operation.out = given.array<double>("out", points);
  run_grid_operation(operation, thread_pool());
}

}  // namespace

void add_grid_operator(Napi::Object exports) { add_function<run>(exports, "applyGrid"); }

}  // namespace otlearn
