#include "emd/masses.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace otlearn {
namespace {

constexpr int kUnitExponent = 60;
// The share of the total by which rounding in float64 makes two totals differ at most, as a power of two.
constexpr int kRoundingShift = 40;

Mass sum_of(const std::vector<Mass>& masses) { return std::accumulate(masses.begin(), masses.end(), Mass{0}); }

void raise(std::vector<Mass>& masses, Mass missing, Mass total) {
  if (missing > total >> kRoundingShift) {
    const double scale = static_cast<double>(total) / static_cast<double>(total - missing);
    for (Mass& mass : masses) mass = std::llround(static_cast<double>(mass) * scale);
    missing = total - sum_of(masses);
  }
  *std::max_element(masses.begin(), masses.end()) += missing;
}

}  // namespace

Histogram integer_histogram(const double* values, int size) {
  Histogram result;
  result.total = std::accumulate(values, values + size, 0.0);
  const int exponent = kUnitExponent - static_cast<int>(std::lround(std::log2(result.total)));
  for (int bin = 0; bin < size; ++bin) {
    const Mass mass = std::llround(std::ldexp(values[bin], exponent));
    if (mass <= 0) continue;
    result.bins.push_back(bin);
    result.masses.push_back(mass);
  }
  return result;
}

Mass balance(const Histogram& a, const Histogram& b, std::vector<Mass>& a_masses, std::vector<Mass>& b_masses) {
  a_masses = a.masses;
  b_masses = b.masses;
  const Mass a_total = sum_of(a_masses), b_total = sum_of(b_masses);
  if (a_total < b_total) raise(a_masses, b_total - a_total, b_total);
  if (b_total < a_total) raise(b_masses, a_total - b_total, a_total);
  return std::max(a_total, b_total);
}

MassUnit::MassUnit(const Histogram& a, const Histogram& b, Mass total) {
  const double mean = std::frexp(a.total / 2 + b.total / 2, &exponent_);  // their sum may overflow, and a unit underflow
  unit_ = mean / static_cast<double>(total);
}

double MassUnit::of(double units) const { return std::ldexp(units * unit_, exponent_); }

}  // namespace otlearn
