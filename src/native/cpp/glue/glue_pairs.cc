#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "glue/glue.h"
#include "pairs/pairs_plan.h"

namespace otlearn {
namespace {

// So that the number of pairs fits 32 bits, and squares of the bins any memory's size.
constexpr int kMostHistograms = 65536, kMostBins = 1 << 20;

double number(napi_env env, napi_value object, const char* name) {
  double result;
  require(napi_get_value_double(env, property(env, object, name), &result) == napi_ok, name);
  return result;
}

PairPlan& plan_of(napi_env env, napi_value value) {
  void* data = nullptr;
  require(napi_get_value_external(env, value, &data) == napi_ok && data, "plan");
  return *static_cast<PairPlan*>(data);
}

napi_value create_pairs(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const napi_value given = arguments[0];
    PairSupports supports;
    supports.count = integer(env, given, "count");
    supports.bins = integer(env, given, "bins");
    require(supports.count > 0 && supports.count <= kMostHistograms, "count");
    require(supports.bins > 0 && supports.bins <= kMostBins, "bins");
    const auto* starts = elements<std::int32_t>(env, property(env, given, "starts"), napi_int32_array, supports.count + 1,
                                                "starts");
    require(starts && starts[0] == 0, "starts");
    for (int i = 0; i < supports.count; ++i) require(starts[i] < starts[i + 1], "starts: ascending");
    const std::size_t entries = starts[supports.count];
    const auto* indices = elements<std::int32_t>(env, property(env, given, "indices"), napi_int32_array, entries, "indices");
    const auto* masses = elements<double>(env, property(env, given, "masses"), napi_float64_array, entries, "masses");
    require(indices && masses, "indices and masses");
    for (std::size_t k = 0; k < entries; ++k) {
      require(indices[k] >= 0 && indices[k] < supports.bins, "indices: below bins");
      require(masses[k] > 0 && std::isfinite(masses[k]), "masses: positive");
    }
    supports.starts.assign(starts, starts + supports.count + 1);
    supports.indices.assign(indices, indices + entries);
    supports.masses.assign(masses, masses + entries);
    auto made = std::make_unique<PairPlan>(std::move(supports));
    napi_value result;
    napi_create_external(env, made.get(), [](napi_env, void* data, void*) { delete static_cast<PairPlan*>(data); }, nullptr,
                         &result);
    made.release();
    return result;
  });
}

napi_value prepare_pairs(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    PairPlan& plan = plan_of(env, arguments[0]);
    const napi_value given = arguments[1];
    const std::size_t bins = plan.bins();
    const auto* cost = elements<double>(env, property(env, given, "cost"), napi_float64_array, bins * bins, "cost");
    auto* self = elements<double>(env, property(env, given, "self"), napi_float64_array, plan.count(), "self");
    require(cost && self, "cost and self");
    const double epsilon = number(env, given, "epsilon");
    const PairStop stop{number(env, given, "tolerance"), integer(env, given, "maxIterations")};
    require(epsilon > 0 && stop.tolerance > 0 && stop.max_iterations > 0, "epsilon, tolerance and maxIterations: positive");
    plan.prepare(cost, epsilon, stop, self);
    return static_cast<napi_value>(nullptr);
  });
}

napi_value solve_pairs(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    PairPlan& plan = plan_of(env, arguments[0]);
    require(plan.prepared(), "pairs: prepare first");
    const napi_value given = arguments[1];
    const int from = integer(env, given, "from"), to = integer(env, given, "to");
    require(from >= 0 && from <= to && to <= plan.pairs(), "from and to: a range of the pairs");
    auto* values = elements<double>(env, property(env, given, "values"), napi_float64_array, to - from, "values");
    auto* statistics = elements<double>(env, property(env, given, "statistics"), napi_float64_array, 4, "statistics");
    require(values && statistics, "values and statistics");
    const auto* wanted = elements<std::uint8_t>(env, property(env, given, "wanted"), napi_uint8_array, to - from, "wanted");
    PairStore store;
    store.pairs = integer(env, given, "storedPairs");
    require(store.pairs >= 0, "storedPairs");
    store.row_starts = elements<double>(env, property(env, given, "rowStarts"), napi_float64_array, plan.count(), "rowStarts");
    store.present =
        elements<std::uint8_t>(env, property(env, given, "present"), napi_uint8_array, store.pairs, "present");
    const std::size_t numbers = static_cast<std::size_t>(std::max(0.0, number(env, given, "storedNumbers")));
    store.values = elements<float>(env, property(env, given, "potentials"), napi_float32_array, numbers, "potentials");
    // an array without elements has no address
    const bool complete = store.row_starts && store.present && store.values;
    require(store.pairs == 0 || (complete && plan.holds(store, numbers)), "stored potentials");
    const PairStatistics solved = plan.solve(from, to, store, values, wanted);
    statistics[0] = static_cast<double>(solved.iterations);
    statistics[1] = static_cast<double>(solved.most_iterations);
    statistics[2] = static_cast<double>(solved.unconverged);
    statistics[3] = solved.violation;
    return static_cast<napi_value>(nullptr);
  });
}

}  // namespace

void add_pairs(napi_env env, napi_value exports) {
  add_function(env, exports, "createPairs", create_pairs);
  add_function(env, exports, "preparePairs", prepare_pairs);
  add_function(env, exports, "solvePairs", solve_pairs);
}

}  // namespace otlearn
