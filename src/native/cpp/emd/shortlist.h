// Of each row, some arcs whose costs are kept: those of least reduced cost, and what turned out to be missing (the idea of
// Gottschlich and Schuhmacher 2014). Where it is dear to form costs, pivots are found among them, and whole rows are only
// looked at when no arc here enters.
#pragma once
#include <cstddef>
#include <vector>

#include "emd/arc_costs.h"

namespace otlearn {

class Shortlist {
 public:
  explicit Shortlist(const ArcCosts& costs) : costs_(costs), arcs_(static_cast<std::size_t>(costs.rows())) {}

  // Adds up to `most` arcs a row, those of least reduced cost below `limit`. Returns how many.
  std::ptrdiff_t extend(const double* row_levels, const double* column_levels, double limit, int most);
  // The arc with the least reduced cost among those of rows from `begin` on, kArcs of them or a few more; begin is moved behind
  // the last of these rows. A reduced cost of +infinity: there is none.
  PricedArc price(const double* row_levels, const double* column_levels, int& begin) const;

 private:
  struct Kept {
    double cost;
    int column;
  };
  static constexpr std::size_t kArcs = 1000;
  const ArcCosts& costs_;
  std::vector<std::vector<Kept>> arcs_;
};

}  // namespace otlearn
