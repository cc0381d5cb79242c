#include "cost_block.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "emd_pricing.h"

namespace otlearn {
namespace {

constexpr std::size_t kLineBytes = 64;

}  // namespace

void CostBlock::gather(const double* cost, std::ptrdiff_t width, const std::vector<int>& rows,
                       const std::vector<int>& columns) {
  const auto count = static_cast<std::ptrdiff_t>(columns.size());
  stride_ = (count + kCostUnit - 1) / kCostUnit * kCostUnit;
  const std::size_t needed = rows.size() * static_cast<std::size_t>(stride_) + kLineBytes / sizeof(double);
  if (memory_.size() < needed) {
    memory_.clear();  // nothing to copy
    memory_.resize(needed);
  }
  const std::size_t misplaced = reinterpret_cast<std::uintptr_t>(memory_.data()) % kLineBytes;
  start_ = memory_.data() + (kLineBytes - misplaced) % kLineBytes / sizeof(double);
  double* to = start_;
  for (const int row : rows) {
    const double* from = cost + row * width;
    for (std::ptrdiff_t j = 0; j < count; ++j) to[j] = from[columns[j]];
    std::fill(to + count, to + stride_, std::numeric_limits<double>::infinity());
    to += stride_;
  }
}

}  // namespace otlearn
