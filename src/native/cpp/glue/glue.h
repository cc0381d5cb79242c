// What the glue between JavaScript and the kernels shares (glue_*.cc, one a topic). Arguments were checked by the TypeScript
// that calls; here only what could harm memory is checked again. What is thrown becomes an Error of JavaScript.
#pragma once
#define NAPI_VERSION 8
#define NODE_ADDON_API_CPP_EXCEPTIONS_ALL  // std::bad_alloc, too
#include <napi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace otlearn {

// A topic's functions, added to the addon's exports.
void add_barycenter(Napi::Object exports);
void add_batch_norm(Napi::Object exports);
void add_chain(Napi::Object exports);
void add_cloud(Napi::Object exports);
void add_dense_operator(Napi::Object exports);
void add_elementwise(Napi::Object exports);
void add_emd(Napi::Object exports);
void add_grid_operator(Napi::Object exports);
void add_initializer(Napi::Object exports);
void add_matmul(Napi::Object exports);
void add_newton(Napi::Object exports);
void add_pairs(Napi::Object exports);
void add_reduce(Napi::Object exports);
void add_signals(Napi::Object exports);
void add_sinkhorn(Napi::Object exports);
void add_softmax(Napi::Object exports);

template <auto kFunction>
void add_function(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<kFunction>(exports.Env(), name));
}

// Products of sizes below this do not overflow, rows rounded up to registers and 8 bytes a number included.
constexpr double kMostNumbers = 1e14;

inline void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

template <typename T>
constexpr napi_typedarray_type kArrayType = napi_float64_array;
template <>
constexpr napi_typedarray_type kArrayType<float> = napi_float32_array;
template <>
constexpr napi_typedarray_type kArrayType<std::int32_t> = napi_int32_array;
template <>
constexpr napi_typedarray_type kArrayType<std::uint16_t> = napi_uint16_array;
template <>
constexpr napi_typedarray_type kArrayType<std::uint8_t> = napi_uint8_array;

template <typename T>
struct Elements {
  T* data;
  std::size_t count;
};

// Those of a typed array of T with `least` elements or more. The plain calls of Node-API here and below say by themselves
// whether a value is of their type: small operations take as long as the calls that read their arguments.
template <typename T>
Elements<T> elements(Napi::Value value, double least, const char* name) {
  napi_typedarray_type type;
  std::size_t count;
  void* data;
  require(napi_get_typedarray_info(value.Env(), value, &type, &count, &data, nullptr, nullptr) == napi_ok, name);
  require(type == kArrayType<T> && static_cast<double>(count) >= least, name);
  return {static_cast<T*>(data), count};
}

// The named arguments of a function.
class Arguments {
 public:
  explicit Arguments(Napi::Value value, const char* name = "arguments") : object_(value.As<Napi::Object>()) {
    require(value.IsObject(), name);
  }

  Napi::Value operator[](const char* name) const { return object_.Get(name); }
  int integer(const char* name) const {
    std::int32_t result;
    require(napi_get_value_int32(object_.Env(), object_.Get(name), &result) == napi_ok, name);
    return result;
  }
  double number(const char* name) const {
    double result;
    require(napi_get_value_double(object_.Env(), object_.Get(name), &result) == napi_ok, name);
    return result;
  }
  bool flag(const char* name) const {
    bool result;
    require(napi_get_value_bool(object_.Env(), object_.Get(name), &result) == napi_ok, name);
    return result;
  }
  // The elements of a typed array.
  template <typename T>
  T* array(const char* name, double least) const {
    return elements<T>(object_.Get(name), least, name).data;
  }
  // The same, or null for undefined.
  template <typename T>
  T* optional(const char* name, double least) const {
    const Napi::Value value = object_.Get(name);
    return value.IsUndefined() ? nullptr : elements<T>(value, least, name).data;
  }
  // Sizes or strides: an Int32Array of numbers that are not negative.
  std::vector<std::ptrdiff_t> dimensions(const char* name) const;

 private:
  Napi::Object object_;
};

// Numbers that an array with these sizes and strides has at least.
double extent(const std::vector<std::ptrdiff_t>& sizes, const std::vector<std::ptrdiff_t>& strides);

template <typename T>
Napi::TypedArrayOf<T> copied(Napi::Env env, const std::vector<T>& values) {
  auto array = Napi::TypedArrayOf<T>::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

// What JavaScript holds of a T until the garbage collector frees it. `tag` marks the type: nothing else is taken for one.
template <typename T, typename Free>
Napi::Value handed_over(Napi::Env env, std::unique_ptr<T> made, const napi_type_tag& tag, Free before_free) {
  auto held = Napi::External<T>::New(env, made.get(), [before_free](Napi::Env env, T* object) {
    before_free(env, *object);
    delete object;
  });
  made.release();
  held.TypeTag(&tag);
  return held;
}
template <typename T>
Napi::Value handed_over(Napi::Env env, std::unique_ptr<T> made, const napi_type_tag& tag) {
  return handed_over(env, std::move(made), tag, [](Napi::Env, T&) {});
}
template <typename T>
T& held(Napi::Value value, const napi_type_tag& tag, const char* name) {
  require(value.IsExternal() && value.As<Napi::External<T>>().CheckTypeTag(&tag), name);
  return *value.As<Napi::External<T>>().Data();
}

}  // namespace otlearn
