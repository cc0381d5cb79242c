// The native matrix product against sums in double. Arrays are exactly as long as the matrices, so that AddressSanitizer
// sees a step beyond them. Built and run by sanitizers.sh; exit status 1 if anything deviates.
#include "tensors/matmul.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "isa/dispatch.h"
#include "wanted_set.h"

namespace {

using otlearn::Activation;
using Floats = std::vector<float>;

struct Case {
  std::ptrdiff_t rows, columns, inner, batch;
  bool transpose_a, transpose_b, one_b;
  Activation activation;
  bool biased;
};

Floats random_floats(std::ptrdiff_t count, std::mt19937& generator) {
  std::uniform_real_distribution<float> uniform(-1, 1);
  Floats values(count);
  for (float& value : values) value = uniform(generator);
  return values;
}

double activated(double x, Activation activation, double slope) {
  switch (activation) {
    case Activation::kLinear:
      return x;
    case Activation::kRelu:
      return std::max(x, 0.0);
    case Activation::kRelu6:
      return std::min(std::max(x, 0.0), 6.0);
    case Activation::kPrelu:
    case Activation::kLeakyRelu:
      return x < 0 ? slope * x : x;
    case Activation::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::kElu:
      return x < 0 ? std::expm1(x) : x;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

// The largest deviation in units of the rounding of a sum, and whether pools of other sizes give the same bits.
bool check(const Case& c, std::mt19937& generator, otlearn::ThreadPool& one, otlearn::ThreadPool& several) {
  const Floats a = random_floats(c.batch * c.rows * c.inner, generator);
  const Floats b = random_floats((c.one_b ? 1 : c.batch) * c.inner * c.columns, generator);
  const Floats bias = random_floats(c.columns, generator), slopes = random_floats(c.columns, generator);
  const float slope = 0.25f;
  const auto run = [&](otlearn::ThreadPool& pool) {
    Floats out(c.batch * c.rows * c.columns, std::numeric_limits<float>::quiet_NaN());
    const otlearn::MatmulProblem<float> problem{c.rows,   c.columns,  c.inner,   c.transpose_a, c.transpose_b,    a.data(),
                                                b.data(), out.data(), {c.batch}, {1},           {c.one_b ? 0 : 1}};
    otlearn::matmul(problem, {c.biased ? bias.data() : nullptr, c.activation, slopes.data(), slope}, pool);
    return out;
  };
  const Floats out = run(several);
  bool good = out == run(one);
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(out.size()); ++i) {
    const std::ptrdiff_t column = i % c.columns, row = i / c.columns % c.rows, element = i / c.columns / c.rows;
    const float* from_a = a.data() + element * c.rows * c.inner;
    const float* from_b = b.data() + (c.one_b ? 0 : element) * c.inner * c.columns;
    double sum = c.biased ? bias[column] : 0;
    for (std::ptrdiff_t p = 0; p < c.inner; ++p) {
      sum += static_cast<double>(from_a[c.transpose_a ? p * c.rows + row : row * c.inner + p]) *
             from_b[c.transpose_b ? column * c.inner + p : p * c.columns + column];
    }
    const double expected = activated(sum, c.activation, c.activation == Activation::kPrelu ? slopes[column] : slope);
    good = good && std::abs(out[i] - expected) < 1e-7 * static_cast<double>(c.inner + 2);
  }
  if (!good) {
    std::printf("FAILED: %td x %td x %td, batch %td, transposes %d %d, activation %d\n", c.rows, c.inner, c.columns, c.batch,
                c.transpose_a, c.transpose_b, static_cast<int>(c.activation));
  }
  return good;
}

// The same in double, with operands in double or float.
bool check_double(const Case& c, bool narrow_a, bool narrow_b, std::mt19937& generator, otlearn::ThreadPool& one,
                  otlearn::ThreadPool& several) {
  const Floats a = random_floats(c.rows * c.inner, generator), b = random_floats(c.inner * c.columns, generator);
  const std::vector<double> wide_a(a.begin(), a.end()), wide_b(b.begin(), b.end());
  const auto run = [&](otlearn::ThreadPool& pool) {
    std::vector<double> out(c.rows * c.columns, std::numeric_limits<double>::quiet_NaN());
    otlearn::MatmulOperand<double> operand_a(wide_a.data()), operand_b(wide_b.data());
    if (narrow_a) operand_a.wide = nullptr, operand_a.narrow = a.data();
    if (narrow_b) operand_b.wide = nullptr, operand_b.narrow = b.data();
    otlearn::matmul({c.rows, c.columns, c.inner, c.transpose_a, c.transpose_b, operand_a, operand_b, out.data(), {}, {}, {}},
                    pool);
    return out;
  };
  const std::vector<double> out = run(several);
  bool good = out == run(one);
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(out.size()); ++i) {
    const std::ptrdiff_t column = i % c.columns, row = i / c.columns;
    double sum = 0;
    for (std::ptrdiff_t p = 0; p < c.inner; ++p) {
      sum += wide_a[c.transpose_a ? p * c.rows + row : row * c.inner + p] *
             wide_b[c.transpose_b ? column * c.inner + p : p * c.columns + column];
    }
    good = good && std::abs(out[i] - sum) < 1e-16 * static_cast<double>(c.inner + 2);
  }
  if (!good) {
    std::printf("FAILED in double: %td x %td x %td, transposes %d %d, float %d %d\n", c.rows, c.inner, c.columns, c.transpose_a,
                c.transpose_b, narrow_a, narrow_b);
  }
  return good;
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  std::mt19937 generator(11);
  const auto below = [&](int limit) { return static_cast<std::ptrdiff_t>(generator() % limit); };
  otlearn::ThreadPool one(1), several(4);
  int failures = 0, count = 0;
  const auto count_check = [&](const Case& c) {
    ++count;
    failures += check(c, generator, one, several) ? 0 : 1;
  };
  for (int round = 0; round < 300; ++round) {
    count_check({below(50), below(50), below(40), below(4), below(2) == 1, below(2) == 1, below(2) == 1,
                 static_cast<Activation>(below(7)), below(2) == 1});
  }
  for (int round = 0; round < 200; ++round) {
    const Case c{below(50), below(50), below(40), 1, below(2) == 1, below(2) == 1, false, Activation::kLinear, false};
    ++count;
    failures += check_double(c, below(2) == 1, below(2) == 1, generator, one, several) ? 0 : 1;
  }
  for (int kinds = 0; kinds < 16; ++kinds) {
    const Case c{200, 150, 800, 1, (kinds & 1) != 0, (kinds & 2) != 0, false, Activation::kLinear, false};
    ++count;
    failures += check_double(c, (kinds & 4) != 0, (kinds & 8) != 0, generator, one, several) ? 0 : 1;
  }
  for (int transposes = 0; transposes < 4; ++transposes) {
    const bool a = (transposes & 1) != 0, b = (transposes & 2) != 0;
    // more work than one thread takes: several blocks of each dimension, and whole products as tasks
    count_check({200, 150, 800, 1, a, b, false, Activation::kElu, true});
    count_check({4060, 7, 100, 1, a, b, false, Activation::kRelu, false});
    count_check({5, 4130, 110, 1, a, b, false, Activation::kLinear, true});
    count_check({28, 28, 40, 90, a, b, false, Activation::kLinear, false});
    count_check({28, 28, 40, 90, a, b, true, Activation::kSigmoid, true});
  }
  std::printf("matrix products, %s: %d of %d cases fail\n", otlearn::instruction_set_name(), failures, count);
  return failures == 0 ? 0 : 1;
}
