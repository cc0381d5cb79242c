#include "emd/arc_costs.h"

namespace otlearn {

void MatrixCosts::reduce(int row, double row_level, const double* column_levels, double* reduced) const {
  const double* entries = cost_ + row * stride();
  for (std::ptrdiff_t column = 0; column < stride(); ++column) {
    reduced[column] = (entries[column] + column_levels[column]) - row_level;
  }
}

CloudCosts::CloudCosts(const PointCloud& cloud, const std::vector<int>& rows, const std::vector<int>& columns)
    : ArcCosts(static_cast<int>(rows.size()), static_cast<int>(columns.size()), whole_units(columns.size()), cloud.largest) {
  const auto dimension = static_cast<std::size_t>(cloud.dimension);
  x_.reserve(rows.size() * dimension);
  for (const int row : rows) {
    const double* point = cloud.x + row * dimension;
    x_.insert(x_.end(), point, point + dimension);
  }
  y_.resize(dimension * static_cast<std::size_t>(stride()));
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const double* point = cloud.y + columns[j] * dimension;
    for (std::size_t axis = 0; axis < dimension; ++axis) y_[axis * static_cast<std::size_t>(stride()) + j] = point[axis];
  }
  points_ = {cloud.rule, cloud.dimension, x_.data(), y_.data(), stride()};
}

}  // namespace otlearn
