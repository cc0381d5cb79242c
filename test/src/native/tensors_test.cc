// The native element-wise operations, reductions and batch normalisation against double. Arrays are exactly as long as the
// tensors, so that AddressSanitizer sees a step beyond them. Built and run by sanitizers.sh; exit status 1 if anything
// deviates.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "isa/dispatch.h"
#include "tensors/batch_norm.h"
#include "tensors/elementwise.h"
#include "tensors/reduce.h"
#include "wanted_set.h"

namespace {

using Floats = std::vector<float>;

std::mt19937 generator(5);
int failures = 0, checks = 0;

std::ptrdiff_t below(int limit) { return static_cast<std::ptrdiff_t>(generator() % limit); }

Floats random_floats(std::ptrdiff_t count) {
  std::uniform_real_distribution<float> uniform(-2, 2);
  Floats values(static_cast<std::size_t>(count));
  for (float& value : values) value = uniform(generator);
  return values;
}

// Counts a failure unless both results are the same and each number is within `allowed` of what is expected, relative to 1.
template <typename Number, typename Expected>
void check(const char* name, const std::vector<Number>& one, const std::vector<Number>& several, Expected expected,
           double allowed) {
  bool good = one.size() == several.size();
  for (std::size_t i = 0; i < one.size() && good; ++i) {
    const double value = expected(static_cast<std::ptrdiff_t>(i)), actual = several[i];
    const bool same = one[i] == several[i] || (std::isnan(static_cast<double>(one[i])) && std::isnan(actual));
    good =
        same && (std::isnan(value) ? std::isnan(actual) : std::abs(actual - value) <= allowed * std::max(1.0, std::abs(value)));
  }
  ++checks;
  failures += good ? 0 : 1;
  if (!good) std::printf("FAILED: %s, %zu numbers\n", name, one.size());
}

// Runs a computation on one thread and on several.
struct Pools {
  otlearn::ThreadPool one{1}, several{4};
};

double unary_of(otlearn::Unary op, double x) {
  using otlearn::Unary;
  switch (op) {
    case Unary::kExp:
      return std::exp(x);
    case Unary::kExpm1:
      return std::expm1(x);
    case Unary::kLog:
      return std::log(x);
    case Unary::kSqrt:
      return std::sqrt(x);
    case Unary::kRsqrt:
      return 1 / std::sqrt(x);
    case Unary::kSquare:
      return x * x;
    case Unary::kReciprocal:
      return 1 / x;
    case Unary::kNeg:
      return -x;
    case Unary::kAbs:
      return std::abs(x);
    case Unary::kRelu:
      return std::max(x, 0.0);
    case Unary::kElu:
      return x < 0 ? std::expm1(x) : x;
    case Unary::kSigmoid:
      return 1 / (1 + std::exp(-x));
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double binary_of(otlearn::Binary op, double a, double b) {
  using otlearn::Binary;
  switch (op) {
    case Binary::kAdd:
      return a + b;
    case Binary::kSub:
      return a - b;
    case Binary::kMultiply:
      return a * b;
    case Binary::kDivide:
      return a / b;
    case Binary::kMaximum:
      return std::max(a, b);
    case Binary::kMinimum:
      return std::min(a, b);
    case Binary::kSquaredDifference:
      return (a - b) * (a - b);
    case Binary::kEluGrad:
      return b < 0 ? a * (b + 1) : a;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

bool compare_of(otlearn::Comparison op, float a, float b) {
  using otlearn::Comparison;
  switch (op) {
    case Comparison::kEqual:
      return a == b;
    case Comparison::kNotEqual:
      return a != b;
    case Comparison::kLess:
      return a < b;
    case Comparison::kLessEqual:
      return a <= b;
    case Comparison::kGreater:
      return a > b;
    case Comparison::kGreaterEqual:
      return a >= b;
  }
  return false;
}

void check_unary(Pools& pools, otlearn::Unary op, std::ptrdiff_t count) {
  const Floats x = random_floats(count);
  Floats one(x.size()), several(x.size());
  otlearn::unary(op, count, x.data(), one.data(), pools.one);
  otlearn::unary(op, count, x.data(), several.data(), pools.several);
  check(
      "unary", one, several, [&](std::ptrdiff_t i) { return unary_of(op, x[i]); }, 5e-7);
}

// Operands of random sizes, each broadcast along some dimensions; `scale` multiplies the last size.
void check_binary(Pools& pools, int scale) {
  otlearn::Broadcast shape;
  const std::ptrdiff_t rank = below(4);
  std::ptrdiff_t count = 1, count_a = 1, count_b = 1;
  for (std::ptrdiff_t d = 0; d < rank; ++d) shape.sizes.push_back(1 + below(6) * (d + 1 == rank ? scale : 1));
  shape.strides_a.resize(shape.sizes.size());
  shape.strides_b.resize(shape.sizes.size());
  for (std::size_t d = shape.sizes.size(); d-- > 0;) {
    const bool has_a = below(3) > 0, has_b = below(3) > 0;
    shape.strides_a[d] = has_a ? count_a : 0;
    shape.strides_b[d] = has_b ? count_b : 0;
    if (has_a) count_a *= shape.sizes[d];
    if (has_b) count_b *= shape.sizes[d];
    count *= shape.sizes[d];
  }
  const Floats a = random_floats(count_a), b = random_floats(count_b);
  const auto operands = [&](std::ptrdiff_t i) {
    std::ptrdiff_t from_a = 0, from_b = 0;
    for (std::size_t d = shape.sizes.size(); d-- > 0; i /= shape.sizes[d]) {
      from_a += i % shape.sizes[d] * shape.strides_a[d];
      from_b += i % shape.sizes[d] * shape.strides_b[d];
    }
    return std::pair<float, float>(a[from_a], b[from_b]);
  };
  const auto op = static_cast<otlearn::Binary>(below(otlearn::kBinaryCount));
  Floats one(static_cast<std::size_t>(count)), several(one.size());
  otlearn::binary(op, shape, a.data(), b.data(), one.data(), pools.one);
  otlearn::binary(op, shape, a.data(), b.data(), several.data(), pools.several);
  check(
      "binary", one, several, [&](std::ptrdiff_t i) { return binary_of(op, operands(i).first, operands(i).second); }, 5e-7);

  const auto comparison = static_cast<otlearn::Comparison>(below(otlearn::kComparisonCount));
  std::vector<std::uint8_t> holds_one(one.size()), holds_several(one.size());
  otlearn::compare(comparison, shape, a.data(), b.data(), holds_one.data(), pools.one);
  otlearn::compare(comparison, shape, a.data(), b.data(), holds_several.data(), pools.several);
  check(
      "compare", holds_one, holds_several,
      [&](std::ptrdiff_t i) { return compare_of(comparison, operands(i).first, operands(i).second) ? 1.0 : 0.0; }, 0);
}

void check_reduction(Pools& pools, otlearn::Reduction op, const otlearn::ReduceShape& shape) {
  const Floats x = random_floats(shape.outer * shape.length * shape.inner);
  Floats one(static_cast<std::size_t>(shape.outer * shape.inner)), several(one.size());
  otlearn::reduce(op, shape, x.data(), one.data(), pools.one);
  otlearn::reduce(op, shape, x.data(), several.data(), pools.several);
  const auto expected = [&](std::ptrdiff_t i) {
    const std::ptrdiff_t start = i / shape.inner * shape.length * shape.inner + i % shape.inner;
    double result = op == otlearn::Reduction::kMax || op == otlearn::Reduction::kMin ? x[start] : 0;
    for (std::ptrdiff_t k = 0; k < shape.length; ++k) {
      const double value = x[start + k * shape.inner];
      result = op == otlearn::Reduction::kMax   ? std::max(result, value)
               : op == otlearn::Reduction::kMin ? std::min(result, value)
                                                : result + value;
    }
    return op == otlearn::Reduction::kMean ? result / static_cast<double>(shape.length) : result;
  };
  check("reduction", one, several, expected, 1e-6);
}

void check_batch_norm(Pools& pools, std::ptrdiff_t rows, std::ptrdiff_t columns) {
  const otlearn::BatchNormShape shape = {rows, columns, 0.1f};
  const Floats x = random_floats(rows * columns), dy = random_floats(rows * columns);
  const Floats gamma = random_floats(columns), beta = random_floats(columns);
  struct Results {
    Floats y, mean, variance, dx, dgamma, dbeta;
  };
  const auto run = [&](otlearn::ThreadPool& pool) {
    const Floats matrix(x.size()), row(gamma.size());
    Results r = {matrix, row, row, matrix, row, row};
    const otlearn::BatchNormForward forward = {x.data(),   gamma.data(),  beta.data(),
                                               r.y.data(), r.mean.data(), r.variance.data()};
    otlearn::training_batch_norm(shape, forward, pool);
    Floats again(x.size());
    otlearn::batch_norm(shape, {x.data(), gamma.data(), beta.data(), again.data(), r.mean.data(), r.variance.data()}, pool);
    check(
        "batch normalisation with given statistics", again, r.y, [&](std::ptrdiff_t i) { return double(r.y[i]); }, 0);
    otlearn::training_batch_norm_gradient(
        shape,
        {dy.data(), x.data(), gamma.data(), r.mean.data(), r.variance.data(), r.dx.data(), r.dgamma.data(), r.dbeta.data()},
        pool);
    return r;
  };
  const Results one = run(pools.one), several = run(pools.several);

  const double n = static_cast<double>(rows);
  std::vector<double> mean(gamma.size()), variance(gamma.size()), slope(gamma.size()), sum(gamma.size());
  const auto normalised = [&](std::ptrdiff_t i) {
    return (x[i] - mean[i % columns]) / std::sqrt(variance[i % columns] + shape.epsilon);
  };
  const std::ptrdiff_t count = rows * columns;
  for (std::ptrdiff_t i = 0; i < count; ++i) mean[i % columns] += x[i] / n;
  for (std::ptrdiff_t i = 0; i < count; ++i) variance[i % columns] += std::pow(x[i] - mean[i % columns], 2) / n;
  for (std::ptrdiff_t i = 0; i < count; ++i) slope[i % columns] += dy[i] * normalised(i);
  for (std::ptrdiff_t i = 0; i < count; ++i) sum[i % columns] += dy[i];
  const double allowed = 1e-5;
  check(
      "y", one.y, several.y, [&](std::ptrdiff_t i) { return gamma[i % columns] * normalised(i) + beta[i % columns]; }, allowed);
  check(
      "mean", one.mean, several.mean, [&](std::ptrdiff_t j) { return mean[j]; }, allowed);
  check(
      "variance", one.variance, several.variance, [&](std::ptrdiff_t j) { return variance[j]; }, allowed);
  check(
      "dgamma", one.dgamma, several.dgamma, [&](std::ptrdiff_t j) { return slope[j]; }, allowed);
  check(
      "dbeta", one.dbeta, several.dbeta, [&](std::ptrdiff_t j) { return sum[j]; }, allowed);
  const auto dx = [&](std::ptrdiff_t i) {
    const std::ptrdiff_t j = i % columns;
    return gamma[j] / std::sqrt(variance[j] + shape.epsilon) * (dy[i] - sum[j] / n - normalised(i) * slope[j] / n);
  };
  check("dx", one.dx, several.dx, dx, allowed);
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  Pools pools;
  for (int op = 0; op < otlearn::kUnaryCount; ++op) {
    for (const std::ptrdiff_t count : {0, 1, 5, 16, 33, 70'000}) check_unary(pools, static_cast<otlearn::Unary>(op), count);
  }
  for (int round = 0; round < 300; ++round) check_binary(pools, round % 10 == 0 ? 5000 : 1 + round % 7);
  for (int op = 0; op < otlearn::kReductionCount; ++op) {
    const auto reduction = static_cast<otlearn::Reduction>(op);
    for (int round = 0; round < 40; ++round) {
      check_reduction(pools, reduction, {1 + below(5), 1 + below(70), 1 + below(40)});
    }
    check_reduction(pools, reduction, {1, 100'001, 1});
    check_reduction(pools, reduction, {300, 200, 1});
    check_reduction(pools, reduction, {1, 300, 700});
    check_reduction(pools, reduction, {2, 9000, 3});
  }
  for (int round = 0; round < 40; ++round) check_batch_norm(pools, 1 + below(40), 1 + below(90));
  check_batch_norm(pools, 150, 300);
  std::printf("tensor kernels, %s: %d of %d checks fail\n", otlearn::instruction_set_name(), failures, checks);
  return failures == 0 ? 0 : 1;
}
