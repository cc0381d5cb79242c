#include "glue/glue.h"

#include <algorithm>
#include <cstdint>

namespace otlearn {

std::vector<std::ptrdiff_t> dimensions(napi_env env, napi_value object, const char* name) {
  napi_typedarray_type type;
  std::size_t length;
  void* data;
  const napi_value value = property(env, object, name);
  require(napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) == napi_ok, name);
  require(type == napi_int32_array, name);
  const auto* numbers = static_cast<const std::int32_t*>(data);
  require(std::all_of(numbers, numbers + length, [](std::int32_t number) { return number >= 0; }), name);
  return std::vector<std::ptrdiff_t>(numbers, numbers + length);
}

double extent(const std::vector<std::ptrdiff_t>& sizes, const std::vector<std::ptrdiff_t>& strides) {
  require(sizes.size() == strides.size(), "strides");
  double last = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d) last += static_cast<double>(sizes[d] - 1) * strides[d];
  return last + 1;
}

Heap::Heap(napi_env env, napi_value array) : env_(env) {
  napi_typedarray_type type;
  require(napi_get_typedarray_info(env, array, &type, &bytes_, &memory_, nullptr, nullptr) == napi_ok, "heap");
  require(type == napi_uint8_array, "heap");
}

}  // namespace otlearn
