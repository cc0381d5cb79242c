// Costs of the arcs between rows and columns as the exact solver reads them: from a matrix, or formed from points while it
// prices, so that no matrix is there. A cost that is formed twice has the same bits.
#pragma once
#include <cstddef>
#include <vector>

#include "base/aligned_array.h"
#include "emd/emd_pricing.h"

namespace otlearn {

class ArcCosts {
 public:
  ArcCosts(int rows, int columns, std::ptrdiff_t stride, double largest)
      : rows_(rows), columns_(columns), stride_(stride), largest_(largest) {}
  virtual ~ArcCosts() = default;

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  // Columns rounded up to kCostUnit: so many column levels are read, those past the last column +infinity.
  std::ptrdiff_t stride() const { return stride_; }
  // No cost is greater in size.
  double largest() const { return largest_; }

  // Whether it takes much longer to form a cost than to read it.
  virtual bool dear() const = 0;
  // The arc with the least (C_ij + column level) - row level of rows [begin, end), the first one in the order of rows and
  // columns where several have it.
  virtual PricedArc price(const double* row_levels, const double* column_levels, int begin, int end) const = 0;
  // Writes (C_ij + column level) - row level of a row [stride].
  virtual void reduce(int row, double row_level, const double* column_levels, double* reduced) const = 0;
  virtual double at(int row, int column) const = 0;

 private:
  int rows_, columns_;
  std::ptrdiff_t stride_;
  double largest_;
};

// A matrix [rows, stride], the stride a multiple of kCostUnit, with +infinity past the last column; not a copy.
class MatrixCosts final : public ArcCosts {
 public:
  MatrixCosts(int rows, int columns, const double* cost, std::ptrdiff_t stride, double largest)
      : ArcCosts(rows, columns, stride, largest), cost_(cost) {}

  bool dear() const override { return false; }
  PricedArc price(const double* row_levels, const double* column_levels, int begin, int end) const override {
    return kernels_.price(cost_, stride(), row_levels, column_levels, begin, end);
  }
  void reduce(int row, double row_level, const double* column_levels, double* reduced) const override;
  double at(int row, int column) const override { return cost_[row * stride() + column]; }

 private:
  const double* cost_;
  const EmdKernels& kernels_ = emd_kernels();
};

// Points of two sides and how the cost of a pair follows from their coordinates.
struct PointCloud {
  PointRule rule;
  int dimension;
  const double* x;  // [rows, dimension], finite
  const double* y;  // [columns, dimension], finite
  double largest;   // no cost is greater
};

// Costs between some points of a cloud, which are copied.
class CloudCosts final : public ArcCosts {
 public:
  CloudCosts(const PointCloud& cloud, const std::vector<int>& rows, const std::vector<int>& columns);

  bool dear() const override { return points_.dimension >= kDearAxes; }
  PricedArc price(const double* row_levels, const double* column_levels, int begin, int end) const override {
    return kernels_.price_points(points_, row_levels, column_levels, begin, end);
  }
  void reduce(int row, double row_level, const double* column_levels, double* reduced) const override {
    kernels_.reduce_points(points_, row, row_level, column_levels, reduced);
  }
  double at(int row, int column) const override { return kernels_.point_cost(points_, row, column); }

 private:
  static constexpr int kDearAxes = 5;
  std::vector<double> x_;
  AlignedVector<double> y_;
  PointSet points_;
  const EmdKernels& kernels_ = emd_kernels();
};

}  // namespace otlearn
