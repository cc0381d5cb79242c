#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "barycenter/barycenter_plan.h"
#include "glue/glue.h"

namespace otlearn {
namespace {

constexpr napi_type_tag kPlan = {0x6f746c6561726e00, 1};

AxisSettings axis(const Arguments& settings, const char* name) {
  const Arguments given(settings[name], name);
  AxisSettings axis;
  axis.size = given.integer("size");
  axis.radius32 = given.integer("radius32");
  axis.radius64 = given.integer("radius64");
  require(0 <= axis.radius32 && axis.radius32 <= axis.radius64 && axis.radius64 < axis.size, "size and radius");
  const int count = axis.radius64 + 1;
  const double* const taps = given.array<double>("taps", count);
  require(taps[0] == 1, "taps");  // the kernels take the centre's for granted
  axis.taps.assign(taps, taps + count);
  return axis;
}

// The geometry: a grid, or the number of points of a dense problem, whose cost comes with the batches.
void read_geometry(const Arguments& settings, PlanSettings& plan) {
  plan.dense = settings.flag("dense");
  if (!plan.dense) {
    plan.depth = axis(settings, "depth");
    plan.down = axis(settings, "down");
    plan.across = axis(settings, "across");
    return;
  }
  plan.across.size = settings.integer("points");
  plan.epsilon = settings.number("epsilon");
  plan.cost_is_symmetric = settings.flag("symmetric");
  require(plan.across.size > 0 && plan.epsilon > 0, "points and epsilon");
}

Exponents read_exponents(const Arguments& settings) {
  Exponents exponents;
  exponents.memory = settings.number("memory");
  exponents.update = settings.number("update");
  exponents.power = settings.number("power");
  require(exponents.memory <= 0 && exponents.update > 0 && exponents.power >= 0 && exponents.power <= 1, "exponents");
  return exponents;
}

// createBarycenter(settings): BarycenterPlanSettings of src/native/barycenter.ts
Napi::Value create_barycenter(const Napi::CallbackInfo& info) {
  const Arguments settings(info[0]);
  PlanSettings plan;
  read_geometry(settings, plan);
  plan.exponents = read_exponents(settings);
  plan.debiased = settings.flag("debiased");
  plan.wide = settings.flag("wide");
  require(!plan.debiased || (plan.exponents.are_plain() && (!plan.dense || plan.cost_is_symmetric)), "debiased");
  plan.atoms = settings.integer("atoms");
  plan.iterations = settings.integer("iterations");
  require(plan.atoms > 0 && plan.iterations > 0, "sizes");
  const double points = static_cast<double>(plan.depth.size) * plan.down.size * plan.across.size;
  const double numbers = std::max(points * plan.atoms * plan.iterations, plan.dense ? points * points : 0);
  require(numbers < kMostNumbers, "sizes: beyond any memory");
  return handed_over(info.Env(), std::make_unique<BarycenterPlan>(std::move(plan)), kPlan);
}

// runBarycenter(plan, batch): BarycenterBatch; whether it is complete
Napi::Value run_barycenter(const Napi::CallbackInfo& info) {
  auto& plan = held<BarycenterPlan>(info[0], kPlan, "plan");
  const Arguments batch(info[1]);
  PlanBatch work;
  work.points = std::max(0, batch.integer("points"));
  work.loss = static_cast<Loss>(std::clamp(batch.integer("loss"), 0, 3));
  const double points = work.points, atoms = static_cast<double>(plan.atoms()), pixels = static_cast<double>(plan.pixels());
  const double scalings = points * static_cast<double>(plan.scalings()) * pixels;
  work.atoms = batch.array<double>("atoms", atoms * pixels);
  work.weights = batch.array<double>("weights", points * atoms);
  work.targets = batch.optional<double>("targets", points * pixels);
  work.barycenters = batch.optional<double>("barycenters", points * pixels);
  work.losses = batch.optional<double>("losses", points);
  work.gradient_atoms = batch.optional<double>("gradientAtoms", atoms * pixels);
  work.gradient_weights = batch.optional<double>("gradientWeights", points * atoms);
  work.start = batch.optional<float>("start", scalings);
  work.log_scalings = batch.optional<float>("logScalings", scalings);
  work.wide_start = batch.optional<double>("wideStart", scalings);
  work.wide_log_scalings = batch.optional<double>("wideLogScalings", scalings);
  work.errors = batch.optional<double>("errors", points);
  work.iterations_done = batch.optional<double>("iterationsDone", points);
  work.tolerance = batch.number("tolerance");
  work.done = batch.array<std::uint8_t>("done", points);
  work.cost = plan.dense() ? batch.array<double>("cost", pixels * pixels) : nullptr;
  require(!(work.start && work.wide_start), "starts");
  require(!work.errors == !work.iterations_done && !(work.errors && work.targets), "errors");
  require(!work.targets || (work.losses && work.gradient_atoms && work.gradient_weights), "gradients");
  if (batch.flag("begins")) plan.begin(work);
  return Napi::Boolean::New(info.Env(), plan.advance(work, batch.number("seconds")));
}

}  // namespace

void add_barycenter(Napi::Object exports) {
  add_function<create_barycenter>(exports, "createBarycenter");
  add_function<run_barycenter>(exports, "runBarycenter");
}

}  // namespace otlearn
