#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/thread_pool.h"
#include "emd/emd.h"
#include "emd/emd_pairs.h"
#include "glue/glue.h"

namespace otlearn {
namespace {

constexpr napi_type_tag kPairs = {0x6f746c6561726e00, 2};

// Adding and subtracting potentials along the longest path of a tree stays far from overflow.
constexpr double kMostCost = 1e300;

std::int64_t pivot_limit(const Arguments& given) {
  const double limit = given.number("maxPivots");
  require(limit >= 0, "maxPivots");
  return static_cast<std::int64_t>(std::min(limit, 9e18));
}

void check_masses(const double* masses, std::size_t size, const char* name) {
  double total = 0;
  for (std::size_t k = 0; k < size; ++k) {
    require(masses[k] >= 0, name);
    total += masses[k];
  }
  require(total > 0 && std::isfinite(total), name);
}

// Returns the largest absolute value. Whatever is not finite is refused: pricing would point outside the matrix.
double check_cost(const double* cost, std::size_t size) {
  double largest = 0;
  bool bounded = true;
  for (std::size_t k = 0; k < size; ++k) {
    const double entry = std::abs(cost[k]);
    bounded &= entry <= kMostCost;
    largest = entry > largest ? entry : largest;
  }
  require(bounded, "cost");
  return largest;
}

// Points of finite coordinates, whatever their number; pricing needs no more to stay inside its arrays.
PointCloud point_cloud(const Arguments& given, int rows, int columns) {
  const int rule = given.integer("rule"), dimension = given.integer("dimension");
  require(rule >= 0 && rule <= static_cast<int>(PointRule::kManhattan), "rule");
  require(dimension > 0, "dimension");
  const auto points = [&](const char* name, int count) {
    const double size = static_cast<double>(count) * dimension;
    require(size < kMostNumbers, name);
    const double* values = given.array<double>(name, size);
    const bool finite =
        std::all_of(values, values + static_cast<std::ptrdiff_t>(size), [](double v) { return std::isfinite(v); });
    require(finite, name);
    return values;
  };
  const double largest = given.number("largest");
  require(largest >= 0 && largest <= kMostCost, "largest");
  return {static_cast<PointRule>(rule), dimension, points("x", rows), points("y", columns), largest};
}

// Column potentials to start from, or null.
const double* start_of(const Arguments& given, int columns) {
  const double* start = given.optional<double>("start", columns);
  for (int j = 0; start && j < columns; ++j) require(std::abs(start[j]) <= kMostCost, "start");
  return start;
}

// emd({rows, columns, a, b, cost, rule, dimension, x, y, largest, start, maxPivots, f, g}), where cost is undefined
// for that of points, or rule and what follows it for a matrix.
Napi::Value run_emd(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const int rows = given.integer("rows"), columns = given.integer("columns");
  require(rows > 0 && columns > 0, "sizes");
  const auto n = static_cast<std::size_t>(rows), m = static_cast<std::size_t>(columns);
  const double *a = given.array<double>("a", rows), *b = given.array<double>("b", columns);
  const double* cost = given.optional<double>("cost", static_cast<double>(rows) * columns);
  check_masses(a, n, "a");
  check_masses(b, m, "b");
  const double largest = cost ? check_cost(cost, n * m) : 0;
  const PointCloud cloud = cost ? PointCloud{} : point_cloud(given, rows, columns);
  const double* start = start_of(given, columns);
  const EmdProblem problem{rows, columns, a, b, cost, largest, cloud, start, pivot_limit(given)};
  const EmdSolution solution = emd(problem, given.array<double>("f", rows), given.array<double>("g", columns));
  auto result = Napi::Object::New(info.Env());
  result["value"] = solution.value;
  result["pivots"] = static_cast<double>(solution.pivots);
  result["converged"] = solution.converged ? 1 : 0;
  result["rows"] = copied(info.Env(), solution.plan_rows);
  result["columns"] = copied(info.Env(), solution.plan_columns);
  result["masses"] = copied(info.Env(), solution.plan_masses);
  return result;
}

std::vector<Histogram> histograms(const Arguments& given, const char* name, int count, int bins) {
  const double* masses = given.array<double>(name, static_cast<double>(count) * bins);
  std::vector<Histogram> result;
  for (int row = 0; row < count; ++row, masses += bins) {
    check_masses(masses, static_cast<std::size_t>(bins), name);
    result.push_back(integer_histogram(masses, bins));
  }
  return result;
}

// createEmdPairs({leftCount, leftBins, left, rightCount, rightBins, right, pairs, rows, columns, memory})
Napi::Value create_pairs(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const int left_count = given.integer("leftCount"), left_bins = given.integer("leftBins");
  const int right_count = given.integer("rightCount"), right_bins = given.integer("rightBins");
  const int count = given.integer("pairs");
  require(left_count > 0 && left_bins > 0 && right_count > 0 && right_bins > 0 && count >= 0, "sizes");
  const auto *rows = given.array<std::int32_t>("rows", count), *columns = given.array<std::int32_t>("columns", count);
  std::vector<std::pair<int, int>> pairs;
  for (int k = 0; k < count; ++k) {
    require(rows[k] >= 0 && rows[k] < left_count && columns[k] >= 0 && columns[k] < right_count, "pairs");
    pairs.emplace_back(rows[k], columns[k]);
  }
  auto left = histograms(given, "left", left_count, left_bins), right = histograms(given, "right", right_count, right_bins);
  auto made = std::make_unique<EmdPairs>(std::move(left), std::move(right), left_bins, right_bins, std::move(pairs),
                                         given.number("memory"));
  return handed_over(info.Env(), std::move(made), kPairs);
}

EmdPairs& pairs_of(const Napi::CallbackInfo& info) { return held<EmdPairs>(info[0], kPairs, "pairs"); }

// setEmdCost(pairs, cost)
Napi::Value set_cost(const Napi::CallbackInfo& info) {
  EmdPairs& pairs = pairs_of(info);
  const double entries = static_cast<double>(pairs.left_bins()) * pairs.right_bins();
  const double* const cost = elements<double>(info[1], entries, "cost").data;
  pairs.set_cost(cost, check_cost(cost, static_cast<std::size_t>(entries)), thread_pool());
  auto result = Napi::Object::New(info.Env());
  result["metric"] = pairs.metric() ? 1 : 0;
  result["basisBytes"] = static_cast<double>(pairs.stored_bytes());
  return result;
}

// emdPairBases(pairs, bases)
void pair_bases(const Napi::CallbackInfo& info) {
  const std::vector<StoredNode>& bases = pairs_of(info).bases();
  std::uint16_t* target = elements<std::uint16_t>(info[1], 2.0 * static_cast<double>(bases.size()), "bases").data;
  for (const StoredNode& stored : bases) {
    *target++ = stored.node;
    *target++ = stored.parent;
  }
}

// restoreEmdPairBases(pairs, bases)
void restore_pair_bases(const Napi::CallbackInfo& info) {
  EmdPairs& pairs = pairs_of(info);
  const std::size_t count = pairs.bases().size();
  const auto* const source = elements<std::uint16_t>(info[1], 2.0 * static_cast<double>(count), "bases").data;
  std::vector<StoredNode> bases(count);
  for (std::size_t k = 0; k < count; ++k) bases[k] = {source[2 * k], source[2 * k + 1]};
  require(pairs.restore(bases.data(), count, thread_pool()), "bases: no trees of these pairs");
}

// solveEmdPairs(pairs, {count, which, maxPivots, values})
Napi::Value solve_pairs(const Napi::CallbackInfo& info) {
  EmdPairs& pairs = pairs_of(info);
  const Arguments given(info[1]);
  const auto count = static_cast<std::size_t>(std::max(0, given.integer("count")));
  const auto* const which = given.array<std::int32_t>("which", static_cast<double>(count));
  double* const values = given.array<double>("values", static_cast<double>(count));
  require(pairs.ready(), "pairs: a cost is required first");
  std::vector<bool> seen(pairs.pairs());  // a pair's basis belongs to one thread
  for (std::size_t k = 0; k < count; ++k) {
    const auto pair = static_cast<std::size_t>(which[k]);
    require(which[k] >= 0 && pair < seen.size() && !seen[pair], "which");
    seen[pair] = true;
  }
  const EmdPairs::Totals totals = pairs.solve(which, count, pivot_limit(given), values, thread_pool());
  auto result = Napi::Object::New(info.Env());
  result["pivots"] = static_cast<double>(totals.pivots);
  result["warm"] = static_cast<double>(totals.warm);
  result["unconverged"] = static_cast<double>(totals.unconverged);
  return result;
}

}  // namespace

void add_emd(Napi::Object exports) {
  add_function<run_emd>(exports, "emd");
  add_function<create_pairs>(exports, "createEmdPairs");
  add_function<set_cost>(exports, "setEmdCost");
  add_function<pair_bases>(exports, "emdPairBases");
  add_function<restore_pair_bases>(exports, "restoreEmdPairBases");
  add_function<solve_pairs>(exports, "solveEmdPairs");
}

}  // namespace otlearn
