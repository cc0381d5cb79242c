#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "barycenter/barycenter_plan.h"
#include "glue/glue.h"

namespace otlearn {
namespace {

// Products of sizes below this do not overflow, rows rounded up to registers and 8 bytes a number included.
constexpr double kMostNumbers = 1e14;

AxisSettings axis(napi_env env, napi_value settings, const char* name) {
  const napi_value given = property(env, settings, name);
  AxisSettings axis;
  axis.size = integer(env, given, "size");
  axis.radius32 = integer(env, given, "radius32");
  axis.radius64 = integer(env, given, "radius64");
  require(0 <= axis.radius32 && axis.radius32 <= axis.radius64 && axis.radius64 < axis.size, "size and radius");
  const std::size_t count = static_cast<std::size_t>(axis.radius64) + 1;
  const auto* taps = elements<double>(env, property(env, given, "taps"), napi_float64_array, count, "taps");
  require(taps && taps[0] == 1, "taps");  // the kernels take the centre's for granted
  axis.taps.assign(taps, taps + count);
  return axis;
}

// The number of points of a dense problem, whose cost comes with the batches.
void read_dense(napi_env env, napi_value settings, PlanSettings& plan) {
  plan.dense = true;
  plan.across.size = integer(env, settings, "points");
  plan.epsilon = number(env, settings, "epsilon");
  plan.cost_is_symmetric = flag(env, settings, "symmetric");
  require(plan.across.size > 0 && plan.epsilon > 0, "points and epsilon");
}

napi_value create_barycenter(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const napi_value settings = arguments[0];
    PlanSettings plan;
    if (flag(env, settings, "dense")) {
      read_dense(env, settings, plan);
    } else {
      plan.depth = axis(env, settings, "depth");
      plan.down = axis(env, settings, "down");
      plan.across = axis(env, settings, "across");
    }
    plan.atoms = integer(env, settings, "atoms");
    plan.iterations = integer(env, settings, "iterations");
    plan.exponents.memory = number(env, settings, "memory");
    plan.exponents.update = number(env, settings, "update");
    plan.exponents.power = number(env, settings, "power");
    require(plan.atoms > 0 && plan.iterations > 0, "sizes");
    const bool has_exponents = plan.exponents.memory <= 0 && plan.exponents.update > 0 && plan.exponents.power >= 0;
    require(has_exponents && plan.exponents.power <= 1, "exponents");
    const double points = static_cast<double>(plan.depth.size) * plan.down.size * plan.across.size;
    const double numbers = std::max(points * plan.atoms * plan.iterations, plan.dense ? points * points : 0);
    require(numbers < kMostNumbers, "sizes: beyond any memory");
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
    const std::size_t pixels = plan.pixels(), atoms = plan.atoms(), scalings = plan.sides() * atoms * pixels;
    const auto array64 = [&](const char* name, std::size_t size) {
      return elements<double>(env, property(env, batch, name), napi_float64_array, size, name);
    };
    PlanBatch work;
    work.points = static_cast<int>(points);
    work.loss = static_cast<Loss>(std::clamp(integer(env, batch, "loss"), 0, 3));
    work.atoms = array64("atoms", atoms * pixels);
    work.weights = array64("weights", points * atoms);
    work.targets = array64("targets", points * pixels);
    work.barycenters = array64("barycenters", points * pixels);
    work.losses = array64("losses", points);
    work.gradient_atoms = array64("gradientAtoms", atoms * pixels);
    work.gradient_weights = array64("gradientWeights", points * atoms);
    work.start = elements<float>(env, property(env, batch, "start"), napi_float32_array, points * scalings, "start");
    work.log_scalings =
        elements<float>(env, property(env, batch, "logScalings"), napi_float32_array, points * scalings, "logScalings");
    work.done = elements<std::uint8_t>(env, property(env, batch, "done"), napi_uint8_array, points, "done");
    work.cost = array64("cost", plan.dense() ? pixels * pixels : 0);
    require(!plan.dense() || work.cost, "cost");
    require(work.atoms && work.weights && work.done, "atoms, weights and done are required");
    require(!work.targets || (work.losses && work.gradient_atoms && work.gradient_weights), "gradients");
    if (flag(env, batch, "begins")) plan.begin(work);
    napi_value is_complete;
    napi_get_boolean(env, plan.advance(work, number(env, batch, "seconds")), &is_complete);
    return is_complete;
  });
}

}  // namespace

void add_barycenter(napi_env env, napi_value exports) {
  add_function(env, exports, "createBarycenter", create_barycenter);
  add_function(env, exports, "runBarycenter", run_barycenter);
}

}  // namespace otlearn
