// The grid's operators against sums written out in long double, on one thread and on several. Arrays are exactly as long as
// they need be, so that AddressSanitizer sees a step beyond them. Built and run by sanitizers.sh; exit status 1 if anything
// deviates.
#include "host/grid_operator.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "wanted_set.h"

namespace {

using Doubles = std::vector<double>;
using Sizes = std::vector<std::size_t>;
using Real = long double;

constexpr double kAbsent = -std::numeric_limits<double>::infinity();
std::mt19937 generator(7);
int failures = 0, checks = 0;

void expect(bool holds, const char* what, const Sizes& size) {
  ++checks;
  failures += holds ? 0 : 1;
  if (holds) return;
  std::printf("FAILED: %s,", what);
  for (const std::size_t extent : size) std::printf(" %zu", extent);
  std::printf("\n");
}

// `strength` is one step's squared distance over epsilon; `spread` the range of the logarithms.
void check(const Sizes& size, double strength, double spread, std::size_t radius) {
  static otlearn::ThreadPool one(1), four(4);
  std::size_t points = 1;
  for (const std::size_t extent : size) points *= extent;
  for (const bool logarithm : {false, true}) {
    std::vector<Doubles> taps, logs;
    otlearn::GridOperation of;
    of.logarithm = logarithm;
    for (const std::size_t extent : size) {
      Doubles exponents(extent), values(extent);
      for (std::size_t d = 0; d < extent; ++d) {
        exponents[d] = -strength * static_cast<double>(d * d);
        values[d] = std::exp(exponents[d]);
      }
      taps.push_back(values);
      logs.push_back(exponents);
    }
    for (std::size_t axis = 0; axis < size.size(); ++axis) {
      const std::size_t reach = logarithm ? size[axis] - 1 : std::min(radius, size[axis] - 1);
      of.axes.push_back({size[axis], reach, taps[axis].data(), logs[axis].data()});
    }
    std::uniform_real_distribution<double> uniform(logarithm ? -spread : 0, logarithm ? spread : 1);
    Doubles x(points), out(points), again(points);
    for (double& value : x) value = uniform(generator);
    if (logarithm) {
      for (std::size_t i = 0; i < points; i += 3) x[i] = kAbsent;
      if (points < 3) x.assign(points, kAbsent);
    }
    of.x = x.data();
    of.out = out.data();
    run_grid_operation(of, one);
    of.out = again.data();
    run_grid_operation(of, four);
    expect(out == again, "the same bits for any number of threads", size);
    bool good = true;
    for (std::size_t i = 0; i < points; i += 1 + points / 50) {
      Real sum = 0, largest = kAbsent;
      Doubles terms(points);
      for (std::size_t j = 0; j < points; ++j) {
        double exponent = 0;
        bool kept = true;
        std::size_t left = i, right = j;
        for (std::size_t axis = size.size(); axis-- > 0;) {
          const std::size_t a = left % size[axis], b = right % size[axis], apart = a < b ? b - a : a - b;
          exponent += logs[axis][apart];
          kept = kept && apart <= of.axes[axis].radius;
          left /= size[axis];
          right /= size[axis];
        }
        if (!logarithm) sum += kept ? std::exp(Real(exponent)) * x[j] : 0;
        terms[j] = x[j] + exponent;
        if (terms[j] > largest) largest = terms[j];
      }
      if (!logarithm) {
        good = good && std::abs(out[i] - sum) <= 1e-13L * std::max(Real(1), sum);
      } else if (std::isinf(largest)) {
        good = good && out[i] == kAbsent;
      } else {
        for (const double term : terms) sum += std::exp(term - largest);
        good = good && std::abs(out[i] - (largest + std::log(sum))) <= 1e-12L * std::max(Real(1), std::abs(largest));
      }
    }
    expect(good, logarithm ? "logarithms" : "products", size);
  }
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  const std::vector<Sizes> sizes = {{1},    {2},      {7},     {8},       {40},       {3, 5},
                                    {8, 8}, {13, 17}, {30, 9}, {4, 3, 5}, {5, 6, 16}, {200, 170}};
  for (const Sizes& size : sizes) {
    check(size, 0.01, 10, 1000);
    check(size, 3, 900, 4);
  }
  std::printf("grids, %s: %d checks, %d failures\n", otlearn::instruction_set_name(), checks, failures);
  return failures == 0 ? 0 : 1;
}
