// Rows and columns of a cost matrix as the exact solver reads them: gathered, or the matrix itself.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

namespace otlearn {

class CostBlock {
 public:
  // Takes the entries (rows[i], columns[j]) of a matrix with so many columns, the width. Copies them, unless they are whole
  // rows from the first on that are as long as the solver wants them.
  void gather(const double* cost, std::ptrdiff_t width, const std::vector<int>& rows, const std::vector<int>& columns);
  const double* data() const { return data_; }
  std::ptrdiff_t stride() const { return stride_; }

 private:
  std::unique_ptr<double[]> memory_;
  std::size_t capacity_ = 0;
  const double* data_ = nullptr;
  std::ptrdiff_t stride_ = 0;
};

}  // namespace otlearn
