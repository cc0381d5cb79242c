#include "emd/shortlist.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace otlearn {

std::ptrdiff_t Shortlist::extend(const double* row_levels, const double* column_levels, double limit, int most) {
  std::vector<double> reduced(static_cast<std::size_t>(costs_.stride()));
  std::vector<std::pair<double, int>> best;  // a heap, the dearest first
  std::ptrdiff_t added = 0;
  for (int row = 0; row < costs_.rows(); ++row) {
    if (!(costs_.price(row_levels, column_levels, row, row + 1).reduced_cost < limit)) continue;
    costs_.reduce(row, row_levels[row], column_levels, reduced.data());
    best.clear();
    double below = limit;
    for (int column = 0; column < costs_.columns(); ++column) {
      if (!(reduced[column] < below)) continue;
      best.emplace_back(reduced[column], column);
      std::push_heap(best.begin(), best.end());
      if (static_cast<int>(best.size()) > most) {
        std::pop_heap(best.begin(), best.end());
        best.pop_back();
      }
      if (static_cast<int>(best.size()) == most) below = best.front().first;
    }
    for (const auto& [cost, column] : best) arcs_[row].push_back({costs_.at(row, column), column});
    added += static_cast<std::ptrdiff_t>(best.size());
  }
  return added;
}

PricedArc Shortlist::price(const double* row_levels, const double* column_levels, int& begin) const {
  PricedArc least{std::numeric_limits<double>::infinity(), begin, 0};
  for (std::size_t seen = 0; seen < kArcs && begin < costs_.rows(); ++begin) {
    for (const Kept& arc : arcs_[begin]) {
      const double reduced = (arc.cost + column_levels[arc.column]) - row_levels[begin];
      if (reduced < least.reduced_cost) least = {reduced, begin, arc.column};
    }
    seen += arcs_[begin].size();
  }
  return least;
}

}  // namespace otlearn
