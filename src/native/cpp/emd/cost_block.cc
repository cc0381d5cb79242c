#include "emd/cost_block.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "emd/emd_pricing.h"

namespace otlearn {
namespace {

constexpr std::size_t kLineBytes = 64;

}  // namespace

void CostBlock::gather(const double* cost, std::ptrdiff_t width, const std::vector<int>& rows,
                       const std::vector<int>& columns) {
  const auto count = static_cast<std::ptrdiff_t>(columns.size());
  stride_ = whole_units(columns.size());
  const bool whole = count == width && stride_ == width && rows.back() + 1 == static_cast<std::ptrdiff_t>(rows.size());
  if (whole) {  // bins are in order, so none is missing
    data_ = cost;
    return;
  }
  const std::size_t needed = rows.size() * static_cast<std::size_t>(stride_) + kLineBytes / sizeof(double);
  if (capacity_ < needed) {
    memory_.reset(new double[needed]);
    capacity_ = needed;
  }
  const std::size_t misplaced = reinterpret_cast<std::uintptr_t>(memory_.get()) % kLineBytes;
  double* to = memory_.get() + (kLineBytes - misplaced) % kLineBytes / sizeof(double);
  data_ = to;
  for (const int row : rows) {
    const double* from = cost + row * width;
    for (std::ptrdiff_t j = 0; j < count; ++j) to[j] = from[columns[j]];
    std::fill(to + count, to + stride_, std::numeric_limits<double>::infinity());
    to += stride_;
  }
}

}  // namespace otlearn
