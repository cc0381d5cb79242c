// Histograms as whole numbers: with them, the network simplex adds and subtracts without rounding.
#pragma once
#include <cstdint>
#include <vector>

namespace otlearn {

// Mass in units of a power of two, about 2^-60 of the total: sums of a few totals still fit.
using Mass = std::int64_t;

// The bins of a histogram that have mass. What is below half a unit counts as none.
struct Histogram {
  std::vector<int> bins;
  std::vector<Mass> masses;
  double total;  // of the given numbers
};

// Of `size` numbers >= 0 with a positive total. A power of two as unit keeps equal numbers equal, and whole numbers exact.
Histogram integer_histogram(const double* values, int size);

// Writes the masses of a and b with equal totals, the larger of the two, and returns it. A difference by rounding is put on
// the largest mass of the smaller, which leaves all others as they are; with a greater one all of it is scaled.
Mass balance(const Histogram& a, const Histogram& b, std::vector<Mass>& a_masses, std::vector<Mass>& b_masses);

// Turns units of a balanced pair, or costs of units, back into what was given, whatever the size of its total.
class MassUnit {
 public:
  MassUnit(const Histogram& a, const Histogram& b, Mass total);
  double of(double units) const;

 private:
  double unit_;  // times 2^exponent_
  int exponent_;
};

}  // namespace otlearn
