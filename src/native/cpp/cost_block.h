// Rows and columns of a cost matrix, gathered as the exact solver reads them.
#pragma once
#include <cstddef>
#include <vector>

namespace otlearn {

class CostBlock {
 public:
  // Takes the entries (rows[i], columns[j]) of a matrix with so many columns a row.
  void gather(const double* cost, std::ptrdiff_t width, const std::vector<int>& rows, const std::vector<int>& columns);
  const double* data() const { return start_; }
  std::ptrdiff_t stride() const { return stride_; }

 private:
  std::vector<double> memory_;
  double* start_ = nullptr;  // on a cache line
  std::ptrdiff_t stride_ = 0;
};

}  // namespace otlearn
