// The addon's interface to JavaScript, in plain Node-API. Arguments were checked by loader.ts and barycenter-native.ts;
// here only what could harm memory is checked again.
#include <node_api.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "barycenter.h"
#include "barycenter_plan.h"
#include "matmul.h"
#include "thread_pool.h"

namespace otlearn {
namespace {

// Products of sizes below this do not overflow, rows rounded up to registers and 8 bytes a number included.
constexpr double kMostNumbers = 1e14;

struct Failure {
  std::string message;
};

void require(bool condition, const char* message) {
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

napi_value property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  require(napi_get_named_property(env, object, name, &value) == napi_ok, name);
  return value;
}

int integer(napi_env env, napi_value object, const char* name) {
  int32_t result;
  require(napi_get_value_int32(env, property(env, object, name), &result) == napi_ok, name);
  return result;
}

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

napi_value create_barycenter(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const napi_value settings = arguments[0];
    PlanSettings plan;
    plan.height = integer(env, settings, "height");
    plan.width = integer(env, settings, "width");
    plan.atoms = integer(env, settings, "atoms");
    plan.iterations = integer(env, settings, "iterations");
    plan.radius32_vertical = integer(env, settings, "radius32Vertical");
    plan.radius32_horizontal = integer(env, settings, "radius32Horizontal");
    plan.radius64_vertical = integer(env, settings, "radius64Vertical");
    plan.radius64_horizontal = integer(env, settings, "radius64Horizontal");
    require(plan.height > 0 && plan.width > 0 && plan.atoms > 0 && plan.iterations > 0, "sizes");
    const double numbers = static_cast<double>(plan.height) * plan.width * plan.atoms * plan.iterations;
    require(numbers < kMostNumbers, "sizes: beyond any memory");
    require(plan.radius32_vertical >= 0 && plan.radius32_vertical <= plan.radius64_vertical, "radius");
    require(plan.radius32_horizontal >= 0 && plan.radius32_horizontal <= plan.radius64_horizontal, "radius");
    require(plan.radius64_vertical < plan.height && plan.radius64_horizontal < plan.width, "radius");
    const auto* vertical = elements<double>(env, property(env, settings, "tapsVertical"), napi_float64_array,
                                            plan.radius64_vertical + 1, "tapsVertical");
    const auto* horizontal = elements<double>(env, property(env, settings, "tapsHorizontal"), napi_float64_array,
                                              plan.radius64_horizontal + 1, "tapsHorizontal");
    require(vertical && horizontal, "taps");
    plan.taps_vertical.assign(vertical, vertical + plan.radius64_vertical + 1);
    plan.taps_horizontal.assign(horizontal, horizontal + plan.radius64_horizontal + 1);
    auto made = std::make_unique<BarycenterPlan>(std::move(plan));
    napi_value result;
    napi_create_external(
        env, made.get(), [](napi_env, void* data, void*) { delete static_cast<BarycenterPlan*>(data); }, nullptr, &result);
    made.release();
    return result;
  });
}

napi_value run_barycenter(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    void* data = nullptr;
    require(napi_get_value_external(env, arguments[0], &data) == napi_ok && data, "plan");
    auto& plan = *static_cast<BarycenterPlan*>(data);
    const napi_value batch = arguments[1];
    const auto points = static_cast<std::size_t>(std::max(0, integer(env, batch, "points")));
    const std::size_t pixels = plan.pixels(), atoms = plan.atoms();
    const auto array64 = [&](const char* name, std::size_t size) {
      return elements<double>(env, property(env, batch, name), napi_float64_array, size, name);
    };
    PlanBatch work;
    work.points = static_cast<int>(points);
    work.loss = static_cast<Loss>(std::clamp(integer(env, batch, "loss"), 0, 2));
    work.atoms = array64("atoms", atoms * pixels);
    work.weights = array64("weights", points * atoms);
    work.targets = array64("targets", points * pixels);
    work.barycenters = array64("barycenters", points * pixels);
    work.losses = array64("losses", points);
    work.gradient_atoms = array64("gradientAtoms", atoms * pixels);
    work.gradient_weights = array64("gradientWeights", points * atoms);
    work.start = elements<float>(env, property(env, batch, "start"), napi_float32_array, points * atoms * pixels, "start");
    work.log_scalings =
        elements<float>(env, property(env, batch, "logScalings"), napi_float32_array, points * atoms * pixels, "logScalings");
    work.done = elements<std::uint8_t>(env, property(env, batch, "done"), napi_uint8_array, points, "done");
    require(work.atoms && work.weights && work.done, "atoms, weights and done are required");
    require(!work.targets || (work.losses && work.gradient_atoms && work.gradient_weights), "gradients");
    plan.run(work);
    return static_cast<napi_value>(nullptr);
  });
}

// The batch dimensions of an operand's strides, or of the result.
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

// Matrices that an operand with these strides has at least.
double matrices(const std::vector<std::ptrdiff_t>& batch, const std::vector<std::ptrdiff_t>& strides) {
  require(batch.size() == strides.size(), "batch");
  double last = 0;
  for (std::size_t d = 0; d < batch.size(); ++d) last += static_cast<double>(batch[d] - 1) * strides[d];
  return last + 1;
}

// matmul(heap, problem): the tensors are at byte offsets in the heap of tfjs' wasm backend.
napi_value run_matmul(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    napi_typedarray_type type;
    std::size_t bytes;
    void* heap;
    require(napi_get_typedarray_info(env, arguments[0], &type, &bytes, &heap, nullptr, nullptr) == napi_ok, "heap");
    require(type == napi_uint8_array, "heap");
    const napi_value given = arguments[1];
    // the numbers of a tensor, or null where the offset is negative
    const auto tensor = [&](const char* name, double numbers) -> float* {
      double offset;
      require(napi_get_value_double(env, property(env, given, name), &offset) == napi_ok, name);
      if (!(offset >= 0)) return nullptr;
      require(offset + numbers * sizeof(float) <= static_cast<double>(bytes), name);
      const auto start = static_cast<std::size_t>(offset);
      require(start % alignof(float) == 0, name);
      return reinterpret_cast<float*>(static_cast<char*>(heap) + start);
    };
    const auto flag = [&](const char* name) {
      bool value;
      require(napi_get_value_bool(env, property(env, given, name), &value) == napi_ok, name);
      return value;
    };
    MatmulProblem problem;
    problem.rows = integer(env, given, "rows");
    problem.columns = integer(env, given, "columns");
    problem.inner = integer(env, given, "inner");
    require(problem.rows >= 0 && problem.columns >= 0 && problem.inner >= 0, "sizes");
    problem.transpose_a = flag("transposeA");
    problem.transpose_b = flag("transposeB");
    problem.batch = dimensions(env, given, "batch");
    problem.batch_a = dimensions(env, given, "batchStridesA");
    problem.batch_b = dimensions(env, given, "batchStridesB");
    double count = 1;
    for (const std::ptrdiff_t size : problem.batch) count *= static_cast<double>(size);
    if (count == 0 || problem.rows == 0 || problem.columns == 0) return static_cast<napi_value>(nullptr);
    const double rows = problem.rows, columns = problem.columns, inner = problem.inner;
    problem.a = tensor("a", matrices(problem.batch, problem.batch_a) * rows * inner);
    problem.b = tensor("b", matrices(problem.batch, problem.batch_b) * inner * columns);
    problem.out = tensor("out", count * rows * columns);
    problem.bias = tensor("bias", columns);
    problem.slopes = tensor("slopes", columns);
    problem.activation = static_cast<Activation>(integer(env, given, "activation"));
    double slope;
    require(napi_get_value_double(env, property(env, given, "slope"), &slope) == napi_ok, "slope");
    problem.slope = static_cast<float>(slope);
    require(problem.a && problem.b && problem.out, "a, b and out are required");
    require(problem.activation != Activation::kPrelu || problem.slopes, "slopes");
    matmul(problem, thread_pool());
    return static_cast<napi_value>(nullptr);
  });
}

napi_value describe(napi_env env, napi_callback_info) {
  napi_value result, isa, threads;
  napi_create_object(env, &result);
  napi_create_string_utf8(env, kernels().name, NAPI_AUTO_LENGTH, &isa);
  napi_create_int32(env, thread_pool().threads(), &threads);
  napi_set_named_property(env, result, "instructionSet", isa);
  napi_set_named_property(env, result, "threads", threads);
  return result;
}

napi_value initialise(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"createBarycenter", nullptr, create_barycenter, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"runBarycenter", nullptr, run_barycenter, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"matmul", nullptr, run_matmul, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"describe", nullptr, describe, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}

}  // namespace
}  // namespace otlearn

NAPI_MODULE_INIT() { return otlearn::initialise(env, exports); }
