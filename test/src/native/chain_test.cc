// The kept matrices of chains against sums written out in long double, and iterations against balance, on one thread and on
// several. Arrays are exactly as long as they need be, so that AddressSanitizer sees a step beyond them. Built and run by
// sanitizers.sh; exit status 1 if anything deviates.
#include "chain/chain.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "wanted_set.h"

namespace {

using Doubles = std::vector<double>;
using otlearn::KeptMatrix;
using otlearn::KeptTerms;
using otlearn::padded;
using otlearn::ThreadPool;

std::mt19937 generator(5);
int failures = 0, checks = 0;

void expect(bool holds, const char* what, std::size_t n, std::size_t m) {
  ++checks;
  failures += holds ? 0 : 1;
  if (!holds) std::printf("FAILED: %s, %zu x %zu\n", what, n, m);
}

Doubles random_numbers(std::size_t count, double low, double high) {
  std::uniform_real_distribution<double> uniform(low, high);
  Doubles values(count);
  for (double& value : values) value = uniform(generator);
  return values;
}

// Squared distances of points on a line, in order or not: runs go along the ordered side.
struct Problem {
  std::size_t n, m;
  double epsilon;
  Doubles cost, row, column, half_row, half_column;

  Problem(std::size_t n, std::size_t m, double epsilon, bool ordered_rows) : n(n), m(m), epsilon(epsilon), cost(n * m) {
    Doubles x = random_numbers(n, 0, 1), y = random_numbers(m, 0, 1);
    std::sort(ordered_rows ? x.begin() : y.begin(), ordered_rows ? x.end() : y.end());
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < m; ++j) cost[i * m + j] = (x[i] - y[j]) * (x[i] - y[j]);
    row = random_numbers(n, -1, 0);
    column = random_numbers(m, -1, 0);
    half_row = random_numbers(n, -4, -3);
    half_column = random_numbers(m, -4, -3);
  }

  KeptTerms terms() const {
    return {{n, m, cost.data(), 1 / epsilon, row.data(), column.data()}, half_row.data(), half_column.data(), -45, -45, -60};
  }
};

bool near(double actual, long double expected) { return std::abs(actual - expected) <= 1e-13L * expected; }

void check_products(const Problem& problem, ThreadPool& one, ThreadPool& four) {
  const std::size_t n = problem.n, m = problem.m;
  KeptMatrix matrix(problem.terms(), one), again(problem.terms(), four);
  for (const bool transposed : {false, true}) {
    const std::size_t from = transposed ? n : m, to = transposed ? m : n;
    Doubles x = random_numbers(from, 0.5, 1), out(padded(to)), other(padded(to));
    x.resize(padded(from));
    transposed ? matrix.apply_transpose(x.data(), out.data(), one) : matrix.apply(x.data(), out.data(), one);
    transposed ? again.apply_transpose(x.data(), other.data(), four) : again.apply(x.data(), other.data(), four);
    expect(out == other, "the same bits for any number of threads", n, m);
    bool good = true;
    for (std::size_t k = 0; k < to; ++k) {
      long double sum = 0;
      for (std::size_t l = 0; l < from; ++l) {
        const std::size_t i = transposed ? l : k, j = transposed ? k : l;
        sum += x[l] * std::exp(problem.row[i] + problem.column[j] - problem.cost[i * m + j] / (long double)problem.epsilon);
      }
      good = good && (sum < 1e-15L || near(out[k], sum));  // far points keep nothing
    }
    expect(good, "products", n, m);
  }
}

// One link between given ends: every iteration balances the last node, and they converge.
void check_iterations(const Problem& problem, ThreadPool& pool) {
  const std::size_t n = problem.n, m = problem.m;
  const auto balanced = [&](double share) {
    const Doubles first(n, 1.0 / static_cast<double>(n)), last(m, 1.0 / static_cast<double>(m));
    const Doubles goal(n, std::pow(first[0], share));  // target^share, as for every iterate
    Doubles u(n, 1), v(m, 1);
    const Doubles root_first(n, 1), root_last(m, 1);
    const std::vector<otlearn::ChainNode> nodes = {{n, share, root_first.data(), goal.data(), first.data(), u.data()},
                                                   {m, 1, root_last.data(), last.data(), last.data(), v.data()}};
    const otlearn::ChainReport report = iterate_chain({problem.terms()}, nodes, {1e9, 1e-12, 20000}, pool);
    return report.ended == otlearn::ChainEnd::kConverged && report.errors.back() <= 1e-12;
  };
  expect(balanced(1), "balance, both given", n, m);
  expect(balanced(0.5), "balance, one relaxed", n, m);
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  ThreadPool one(1), four(4);
  for (const bool ordered_rows : {false, true}) {
    for (const std::size_t n : {1, 2, 7, 33})
      for (const std::size_t m : {1, 3, 8, 21, 40}) {
        check_products({n, m, 0.02, ordered_rows}, one, four);
        check_iterations({n, m, 0.5, ordered_rows}, four);
      }
    check_products({500, 700, 0.05, ordered_rows}, one, four);  // in parts
  }
  std::printf("chains: %d checks, %d failures\n", checks, failures);
  return failures > 0;
}
