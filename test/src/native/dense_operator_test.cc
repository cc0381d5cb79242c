// The host's dense operators against sums written out in long double, on one thread and on several. Arrays are exactly as long
// as they need be, so that AddressSanitizer sees a step beyond them. Built and run by sanitizers.sh; exit status 1 if anything
// deviates.
#include "host/dense_operator.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "wanted_set.h"

namespace {

using Doubles = std::vector<double>;
using otlearn::DenseOperation;
using otlearn::DenseOperator;

std::mt19937 generator(3);
int failures = 0, checks = 0;

Doubles random_numbers(std::size_t count, double low, double high) {
  std::uniform_real_distribution<double> uniform(low, high);
  Doubles values(count);
  for (double& value : values) value = uniform(generator);
  return values;
}

void expect(bool holds, const char* what, std::size_t n, std::size_t m) {
  ++checks;
  failures += holds ? 0 : 1;
  if (!holds) std::printf("FAILED: %s, %zu x %zu\n", what, n, m);
}

// What the operator gives on one thread, which has to be what it gives on four.
Doubles run(DenseOperation operation, std::size_t size) {
  static otlearn::ThreadPool one(1), four(4);
  Doubles out(size), again(size);
  operation.out = out.data();
  run_dense_operation(operation, one);
  operation.out = again.data();
  run_dense_operation(operation, four);
  expect(out == again, "the same bits for any number of threads", operation.n, operation.m);
  return out;
}

bool near(double actual, long double expected) {
  if (std::isinf(expected)) return actual == static_cast<double>(expected);
  return std::abs(actual - expected) <= 1e-13L * std::max(1.0L, std::abs(expected));
}

void check(std::size_t n, std::size_t m) {
  constexpr double kInverse = 3;
  const Doubles cost = random_numbers(n * m, 0, 4);
  const Doubles kernel = run({DenseOperator::kGibbs, n, m, cost.data(), kInverse, nullptr, nullptr}, n * m);
  bool good = true;
  for (std::size_t i = 0; i < n * m; ++i)
    good = good && near(kernel[i], std::exp(-kInverse * static_cast<long double>(cost[i])));
  expect(good, "Gibbs kernel", n, m);
  for (const bool transposed : {false, true}) {
    const std::size_t rows = transposed ? m : n, columns = transposed ? n : m;
    Doubles x = random_numbers(columns, 0, 1), log_x = random_numbers(columns, -900, 900);
    if (columns > 2) log_x[1] = -std::numeric_limits<double>::infinity();
    if (columns == 2) log_x.assign(2, -std::numeric_limits<double>::infinity());
    const auto which = [=](DenseOperator plain) { return static_cast<DenseOperator>(static_cast<int>(plain) + transposed); };
    const Doubles sums = run({which(DenseOperator::kApply), n, m, kernel.data(), 0, x.data(), nullptr}, rows);
    const Doubles logs = run({which(DenseOperator::kLogApply), n, m, cost.data(), kInverse, log_x.data(), nullptr}, rows);
    good = true;
    for (std::size_t i = 0; i < rows; ++i) {
      long double sum = 0, largest = -std::numeric_limits<long double>::infinity(), shares = 0;
      const auto at = [=](std::size_t j) { return transposed ? j * m + i : i * m + j; };
      const auto term = [&](std::size_t j) { return log_x[j] - kInverse * static_cast<long double>(cost[at(j)]); };
      for (std::size_t j = 0; j < columns; ++j) {
        sum += static_cast<long double>(kernel[at(j)]) * x[j];
        largest = std::max(largest, term(j));
      }
      for (std::size_t j = 0; j < columns && !std::isinf(largest); ++j) shares += std::exp(term(j) - largest);
      good = good && near(sums[i], sum) && near(logs[i], std::isinf(largest) ? largest : largest + std::log(shares));
    }
    expect(good, transposed ? "transposed products" : "products", n, m);
  }
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  for (const std::size_t n : {1, 2, 3, 4, 5, 16, 17, 40}) {
    for (const std::size_t m : {1, 2, 7, 8, 9, 255, 256, 257, 300}) check(n, m);
  }
  std::printf("dense operators, %s: %d checks, %d failures\n", otlearn::instruction_set_name(), checks, failures);
  return failures == 0 ? 0 : 1;
}
