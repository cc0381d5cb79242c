#include <algorithm>

#include "base/thread_pool.h"
#include "chain/chain.h"
#include "glue/glue.h"

namespace otlearn {
namespace {

GibbsMatrix matrix_of(const Arguments& given) {
  const int n = given.integer("n"), m = given.integer("m");
  require(n > 0 && m > 0, "n, m");
  const double* cost = given.array<double>("cost", static_cast<double>(n) * m);
  return {static_cast<std::size_t>(n), static_cast<std::size_t>(m),   cost,
          given.number("inverse"),     given.array<double>("row", n), given.array<double>("column", m)};
}

KeptTerms terms_of(const Arguments& given) {
  const GibbsMatrix matrix = matrix_of(given);
  const auto n = static_cast<double>(matrix.n), m = static_cast<double>(matrix.m);
  return {matrix,
          given.array<double>("halfRow", n),
          given.array<double>("halfColumn", m),
          given.number("leastOfRow"),
          given.number("leastOfColumn"),
          given.number("leastMass")};
}

// iterateChain({links, shares, root, goal, target, u, range, tolerance, maxIterations})
Napi::Value iterate(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  require(given["links"].IsArray(), "links");
  const auto array = given["links"].As<Napi::Array>();
  require(array.Length() > 0, "links");
  std::vector<KeptTerms> links;
  std::vector<std::size_t> sizes;
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    links.push_back(terms_of(Arguments(array.Get(i), "link")));
    if (i == 0) sizes.push_back(links.back().matrix.n);
    require(links.back().matrix.n == sizes.back(), "links that meet");
    sizes.push_back(links.back().matrix.m);
  }
  double total = 0;
  for (const std::size_t size : sizes) total += static_cast<double>(size);
  const double* shares = given.array<double>("shares", static_cast<double>(sizes.size()));
  const double *root = given.array<double>("root", total), *goal = given.array<double>("goal", total);
  const double* target = given.array<double>("target", total);
  double* u = given.array<double>("u", total);
  std::vector<ChainNode> nodes;
  std::size_t at = 0;
  for (std::size_t i = 0; i < sizes.size(); at += sizes[i++]) {
    nodes.push_back({sizes[i], shares[i], root + at, goal + at, target + at, u + at});
  }
  const ChainRule rule{given.number("range"), given.number("tolerance"),
                       static_cast<std::size_t>(std::max(0, given.integer("maxIterations")))};
  const ChainReport report = iterate_chain(links, nodes, rule, thread_pool());
  auto result = Napi::Object::New(info.Env());
  result["errors"] = copied(info.Env(), report.errors);
  result["ended"] = static_cast<int>(report.ended);
  return result;
}

// chainGibbs({n, m, cost, inverse, row, column, out})
void gibbs(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const GibbsMatrix matrix = matrix_of(given);
  const double entries = static_cast<double>(matrix.n) * static_cast<double>(matrix.m);
  form_gibbs(matrix, given.array<double>("out", entries), thread_pool());
}

}  // namespace

void add_chain(Napi::Object exports) {
  add_function<iterate>(exports, "iterateChain");
  add_function<gibbs>(exports, "chainGibbs");
}

}  // namespace otlearn
