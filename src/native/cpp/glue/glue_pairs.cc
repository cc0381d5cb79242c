#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "glue/glue.h"
#include "pairs/pairs_plan.h"

namespace otlearn {
namespace {

constexpr napi_type_tag kPlan = {0x6f746c6561726e00, 3};

// So that the number of pairs fits 32 bits, and squares of the bins any memory's size.
constexpr int kMostHistograms = 65536, kMostBins = 1 << 20;

// createPairs({count, bins, starts, indices, masses})
Napi::Value create_pairs(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  PairSupports supports;
  supports.count = given.integer("count");
  supports.bins = given.integer("bins");
  require(supports.count > 0 && supports.count <= kMostHistograms, "count");
  require(supports.bins > 0 && supports.bins <= kMostBins, "bins");
  const auto* const starts = given.array<std::int32_t>("starts", supports.count + 1);
  require(starts[0] == 0, "starts");
  for (int i = 0; i < supports.count; ++i) require(starts[i] < starts[i + 1], "starts: ascending");
  const int entries = starts[supports.count];
  const auto* const indices = given.array<std::int32_t>("indices", entries);
  const double* const masses = given.array<double>("masses", entries);
  for (int k = 0; k < entries; ++k) {
    require(indices[k] >= 0 && indices[k] < supports.bins, "indices: below bins");
    require(masses[k] > 0 && std::isfinite(masses[k]), "masses: positive");
  }
  supports.starts.assign(starts, starts + supports.count + 1);
  supports.indices.assign(indices, indices + entries);
  supports.masses.assign(masses, masses + entries);
  return handed_over(info.Env(), std::make_unique<PairPlan>(std::move(supports)), kPlan);
}

// preparePairs(plan, {cost, epsilon, tolerance, maxIterations, self})
void prepare_pairs(const Napi::CallbackInfo& info) {
  auto& plan = held<PairPlan>(info[0], kPlan, "plan");
  const Arguments given(info[1]);
  const auto bins = static_cast<double>(plan.bins());
  const double* const cost = given.array<double>("cost", bins * bins);
  double* const self = given.array<double>("self", static_cast<double>(plan.count()));
  const double epsilon = given.number("epsilon");
  const PairStop stop{given.number("tolerance"), given.integer("maxIterations")};
  require(epsilon > 0 && stop.tolerance > 0 && stop.max_iterations > 0, "epsilon, tolerance and maxIterations: positive");
  plan.prepare(cost, epsilon, stop, self);
}

// The potentials that are kept. An array without elements has no address.
PairStore store_of(const Arguments& given, const PairPlan& plan) {
  PairStore store;
  store.pairs = given.integer("storedPairs");
  require(store.pairs >= 0, "storedPairs");
  const double numbers = std::max(0.0, given.number("storedNumbers"));
  store.row_starts = given.array<double>("rowStarts", store.pairs > 0 ? static_cast<double>(plan.count()) : 0);
  store.present = given.array<std::uint8_t>("present", store.pairs);
  store.values = given.array<float>("potentials", numbers);
  require(store.pairs == 0 || plan.holds(store, static_cast<std::size_t>(numbers)), "stored potentials");
  return store;
}

// solvePairs(plan, batch): PairBatch of src/native/pairs.ts
void solve_pairs(const Napi::CallbackInfo& info) {
  auto& plan = held<PairPlan>(info[0], kPlan, "plan");
  require(plan.prepared(), "pairs: prepare first");
  const Arguments given(info[1]);
  const int from = given.integer("from"), to = given.integer("to");
  require(from >= 0 && from <= to && to <= plan.pairs(), "from and to: a range of the pairs");
  double* const values = given.array<double>("values", to - from);
  double* const statistics = given.array<double>("statistics", 4);
  const auto* const wanted = given.optional<std::uint8_t>("wanted", to - from);
  const PairStatistics solved = plan.solve(from, to, store_of(given, plan), values, wanted);
  statistics[0] = static_cast<double>(solved.iterations);
  statistics[1] = static_cast<double>(solved.most_iterations);
  statistics[2] = static_cast<double>(solved.unconverged);
  statistics[3] = solved.violation;
}

}  // namespace

void add_pairs(Napi::Object exports) {
  add_function<create_pairs>(exports, "createPairs");
  add_function<prepare_pairs>(exports, "preparePairs");
  add_function<solve_pairs>(exports, "solvePairs");
}

}  // namespace otlearn
