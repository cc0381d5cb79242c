#include "glue/glue.h"

#include <algorithm>

namespace otlearn {

std::vector<std::ptrdiff_t> Arguments::dimensions(const char* name) const {
  const auto [numbers, count] = elements<std::int32_t>(object_.Get(name), 0, name);
  require(std::all_of(numbers, numbers + count, [](std::int32_t number) { return number >= 0; }), name);
  return std::vector<std::ptrdiff_t>(numbers, numbers + count);
}

double extent(const std::vector<std::ptrdiff_t>& sizes, const std::vector<std::ptrdiff_t>& strides) {
  require(sizes.size() == strides.size(), "strides");
  double last = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d) last += static_cast<double>(sizes[d] - 1) * static_cast<double>(strides[d]);
  return last + 1;
}

}  // namespace otlearn
