// The Gaussian start (Thornton and Cuturi 2022) for pairs of images: the potential between their Gaussian approximations.
#pragma once
#include <cstddef>

namespace otlearn {

class ThreadPool;

struct ImagePairs {
  std::size_t height, width;
  double spacing[2];  // of rows and of columns
  int pairs;
  const double* a;  // [pairs, height, width], not zero everywhere
  const double* b;
};

// g [pairs, height, width] in cost units, of mean zero: |y|^2 - (y - m_b)^T S (y - m_b) - 2 m_a^T y with S cov_b S = cov_a.
void gaussian_potentials(const ImagePairs& images, float* g, ThreadPool& pool);

}  // namespace otlearn
