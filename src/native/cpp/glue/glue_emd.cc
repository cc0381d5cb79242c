#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "emd/emd.h"
#include "emd/emd_pairs.h"
#include "glue/glue.h"
#include "base/thread_pool.h"

namespace otlearn {
namespace {

// Adding and subtracting potentials along the longest path of a tree stays far from overflow.
constexpr double kMostCost = 1e300;

double number(napi_env env, napi_value object, const char* name) {
  double result;
  require(napi_get_value_double(env, property(env, object, name), &result) == napi_ok, name);
  return result;
}

std::int64_t pivot_limit(napi_env env, napi_value object) {
  const double limit = number(env, object, "maxPivots");
  require(limit >= 0, "maxPivots");
  return static_cast<std::int64_t>(std::min(limit, 9e18));
}

void set_number(napi_env env, napi_value object, const char* name, double value) {
  napi_value made;
  napi_create_double(env, value, &made);
  napi_set_named_property(env, object, name, made);
}

template <typename T>
void set_array(napi_env env, napi_value object, const char* name, napi_typedarray_type type, const std::vector<T>& values) {
  void* data;
  napi_value buffer, array;
  const std::size_t bytes = values.size() * sizeof(T);
  require(napi_create_arraybuffer(env, bytes, &data, &buffer) == napi_ok, "out of memory");
  if (bytes > 0) std::memcpy(data, values.data(), bytes);
  napi_create_typedarray(env, type, values.size(), buffer, 0, &array);
  napi_set_named_property(env, object, name, array);
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
  require(cost, "cost");
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

napi_value run_emd(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const napi_value given = arguments[0];
    const int rows = integer(env, given, "rows"), columns = integer(env, given, "columns");
    require(rows > 0 && columns > 0, "sizes");
    const auto n = static_cast<std::size_t>(rows), m = static_cast<std::size_t>(columns);
    const auto array = [&](const char* name, std::size_t size) {
      auto* data = elements<double>(env, property(env, given, name), napi_float64_array, size, name);
      require(data, name);
      return data;
    };
    const double *a = array("a", n), *b = array("b", m), *cost = array("cost", n * m);
    check_masses(a, n, "a");
    check_masses(b, m, "b");
    const EmdProblem problem{rows, columns, a, b, cost, check_cost(cost, n * m), pivot_limit(env, given)};
    const EmdSolution solution = emd(problem, array("f", n), array("g", m));
    napi_value result;
    napi_create_object(env, &result);
    set_number(env, result, "value", solution.value);
    set_number(env, result, "pivots", static_cast<double>(solution.pivots));
    set_number(env, result, "converged", solution.converged ? 1 : 0);
    set_array(env, result, "rows", napi_int32_array, solution.plan_rows);
    set_array(env, result, "columns", napi_int32_array, solution.plan_columns);
    set_array(env, result, "masses", napi_float64_array, solution.plan_masses);
    return result;
  });
}

std::vector<Histogram> histograms(const double* values, int count, int bins, const char* name) {
  std::vector<Histogram> result;
  for (int row = 0; row < count; ++row) {
    const double* masses = values + static_cast<std::size_t>(row) * bins;
    check_masses(masses, static_cast<std::size_t>(bins), name);
    result.push_back(integer_histogram(masses, bins));
  }
  return result;
}

napi_value create_pairs(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const napi_value given = arguments[0];
    const int left_count = integer(env, given, "leftCount"), left_bins = integer(env, given, "leftBins");
    const int right_count = integer(env, given, "rightCount"), right_bins = integer(env, given, "rightBins");
    const int count = integer(env, given, "pairs");
    require(left_count > 0 && left_bins > 0 && right_count > 0 && right_bins > 0 && count >= 0, "sizes");
    const auto matrix = [&](const char* name, int rows, int columns) {
      const auto* values = elements<double>(env, property(env, given, name), napi_float64_array,
                                            static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), name);
      require(values, name);
      return histograms(values, rows, columns, name);
    };
    const auto indices = [&](const char* name) {
      const auto* values = elements<std::int32_t>(env, property(env, given, name), napi_int32_array,
                                                  static_cast<std::size_t>(count), name);
      require(values, name);
      return values;
    };
    const std::int32_t *rows = indices("rows"), *columns = indices("columns");
    std::vector<std::pair<int, int>> pairs;
    for (int k = 0; k < count; ++k) {
      require(rows[k] >= 0 && rows[k] < left_count && columns[k] >= 0 && columns[k] < right_count, "pairs");
      pairs.emplace_back(rows[k], columns[k]);
    }
    auto made = std::make_unique<EmdPairs>(matrix("left", left_count, left_bins), matrix("right", right_count, right_bins),
                                           left_bins, right_bins, std::move(pairs), number(env, given, "memory"));
    napi_value result;
    napi_create_external(
        env, made.get(), [](napi_env, void* data, void*) { delete static_cast<EmdPairs*>(data); }, nullptr, &result);
    made.release();
    return result;
  });
}

EmdPairs& pairs_of(napi_env env, napi_value value) {
  void* data = nullptr;
  require(napi_get_value_external(env, value, &data) == napi_ok && data, "pairs");
  return *static_cast<EmdPairs*>(data);
}

napi_value set_cost(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    EmdPairs& pairs = pairs_of(env, arguments[0]);
    const std::size_t size = static_cast<std::size_t>(pairs.left_bins()) * static_cast<std::size_t>(pairs.right_bins());
    const auto* cost = elements<double>(env, arguments[1], napi_float64_array, size, "cost");
    pairs.set_cost(cost, check_cost(cost, size), thread_pool());
    napi_value result;
    napi_create_object(env, &result);
    set_number(env, result, "metric", pairs.metric() ? 1 : 0);
    set_number(env, result, "basisBytes", static_cast<double>(pairs.stored_bytes()));
    return result;
  });
}

napi_value pair_bases(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    const std::vector<StoredNode>& bases = pairs_of(env, arguments[0]).bases();
    auto* target = elements<std::uint16_t>(env, arguments[1], napi_uint16_array, 2 * bases.size(), "bases");
    require(target || bases.empty(), "bases");
    for (const StoredNode& stored : bases) {
      *target++ = stored.node;
      *target++ = stored.parent;
    }
    return static_cast<napi_value>(nullptr);
  });
}

napi_value restore_pair_bases(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    EmdPairs& pairs = pairs_of(env, arguments[0]);
    const std::size_t count = pairs.bases().size();
    const auto* source = elements<std::uint16_t>(env, arguments[1], napi_uint16_array, 2 * count, "bases");
    std::vector<StoredNode> bases(count);
    for (std::size_t k = 0; source && k < count; ++k) bases[k] = {source[2 * k], source[2 * k + 1]};
    require(pairs.restore(bases.data(), count, thread_pool()), "bases: no trees of these pairs");
    return static_cast<napi_value>(nullptr);
  });
}

napi_value solve_pairs(napi_env env, napi_callback_info info) {
  return guarded(env, info, [&](napi_value* arguments) {
    EmdPairs& pairs = pairs_of(env, arguments[0]);
    const napi_value given = arguments[1];
    const auto count = static_cast<std::size_t>(std::max(0, integer(env, given, "count")));
    const auto* which =
        elements<std::int32_t>(env, property(env, given, "which"), napi_int32_array, count, "which");
    auto* values = elements<double>(env, property(env, given, "values"), napi_float64_array, count, "values");
    require(which && values && pairs.ready(), "which, values and a cost are required");
    std::vector<bool> seen(pairs.pairs());  // a pair's basis belongs to one thread
    for (std::size_t k = 0; k < count; ++k) {
      const auto pair = static_cast<std::size_t>(which[k]);
      require(which[k] >= 0 && pair < seen.size() && !seen[pair], "which");
      seen[pair] = true;
    }
    const EmdPairs::Totals totals = pairs.solve(which, count, pivot_limit(env, given), values, thread_pool());
    napi_value result;
    napi_create_object(env, &result);
    set_number(env, result, "pivots", static_cast<double>(totals.pivots));
    set_number(env, result, "warm", static_cast<double>(totals.warm));
    set_number(env, result, "unconverged", static_cast<double>(totals.unconverged));
    return result;
  });
}

}  // namespace

void add_emd(napi_env env, napi_value exports) {
  add_function(env, exports, "emd", run_emd);
  add_function(env, exports, "createEmdPairs", create_pairs);
  add_function(env, exports, "setEmdCost", set_cost);
  add_function(env, exports, "emdPairBases", pair_bases);
  add_function(env, exports, "restoreEmdPairBases", restore_pair_bases);
  add_function(env, exports, "solveEmdPairs", solve_pairs);
}

}  // namespace otlearn
