// What the glue between JavaScript and the kernels shares (glue_*.cc, one a topic), in plain Node-API. Arguments were checked
// by the TypeScript that calls; here only what could harm memory is checked again.
#pragma once
#include <node_api.h>

#include <cstddef>
#include <exception>
#include <string>
#include <vector>

namespace otlearn {

// A topic's functions, added to the addon's exports.
void add_barycenter(napi_env env, napi_value exports);
void add_dense_operator(napi_env env, napi_value exports);
void add_emd(napi_env env, napi_value exports);
void add_batch_norm(napi_env env, napi_value exports);
void add_elementwise(napi_env env, napi_value exports);
void add_matmul(napi_env env, napi_value exports);
void add_reduce(napi_env env, napi_value exports);
void add_pairs(napi_env env, napi_value exports);
void add_sinkhorn(napi_env env, napi_value exports);
void add_softmax(napi_env env, napi_value exports);

struct Failure {
  std::string message;
};

inline void require(bool condition, const char* message) {
  if (!condition) throw Failure{message};
}

// The elements of a typed array of the given type, or null for undefined.
template <typename T>
T* elements(napi_env env, napi_value value, napi_typedarray_type expected, std::size_t least, const char* name) {
  napi_valuetype kind;
  napi_typeof(env, value, &kind);
  if (kind == napi_undefined) return nullptr;
  bool is_array = false;
  napi_is_typedarray(env, value, &is_array);
  require(is_array, name);
  napi_typedarray_type type;
  std::size_t length;
  void* data;
  napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr);
  require(type == expected && length >= least, name);
  return static_cast<T*>(data);
}

inline napi_value property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  require(napi_get_named_property(env, object, name, &value) == napi_ok, name);
  return value;
}

inline int integer(napi_env env, napi_value object, const char* name) {
  int32_t result;
  require(napi_get_value_int32(env, property(env, object, name), &result) == napi_ok, name);
  return result;
}

inline double number(napi_env env, napi_value object, const char* name) {
  double result;
  require(napi_get_value_double(env, property(env, object, name), &result) == napi_ok, name);
  return result;
}

inline bool flag(napi_env env, napi_value object, const char* name) {
  bool result;
  require(napi_get_value_bool(env, property(env, object, name), &result) == napi_ok, name);
  return result;
}

// Sizes or strides: an Int32Array of numbers that are not negative.
std::vector<std::ptrdiff_t> dimensions(napi_env env, napi_value object, const char* name);

// Numbers that an array with these sizes and strides has at least.
double extent(const std::vector<std::ptrdiff_t>& sizes, const std::vector<std::ptrdiff_t>& strides);

// The memory of tfjs' wasm backend, a Uint8Array, in which tensors are byte offsets.
class Heap {
 public:
  Heap(napi_env env, napi_value array);
  // The `numbers` numbers of the tensor at offset object[name], or null where the offset is negative.
  template <typename T>
  T* tensor(napi_value object, const char* name, double numbers) const {
    const double offset = number(env_, object, name);
    if (!(offset >= 0)) return nullptr;
    require(offset + numbers * sizeof(T) <= static_cast<double>(bytes_), name);
    const auto start = static_cast<std::size_t>(offset);
    require(start % alignof(T) == 0, name);
    return reinterpret_cast<T*>(static_cast<char*>(memory_) + start);
  }
  template <typename T>
  T* required(napi_value object, const char* name, double numbers) const {
    T* const found = tensor<T>(object, name, numbers);
    require(found != nullptr, name);
    return found;
  }

 private:
  napi_env env_;
  std::size_t bytes_;
  void* memory_;
};

template <typename Body>
napi_value guarded(napi_env env, napi_callback_info info, Body body) {
  try {
    std::size_t count = 2;
    napi_value arguments[2];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    return body(arguments);
  } catch (const Failure& failure) {
    napi_throw_error(env, nullptr, failure.message.c_str());
  } catch (const std::exception& error) {  // out of memory
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

inline void add_function(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  const napi_property_descriptor property = {name, nullptr, callback, nullptr, nullptr, nullptr, napi_enumerable, nullptr};
  napi_define_properties(env, exports, 1, &property);
}

}  // namespace otlearn
