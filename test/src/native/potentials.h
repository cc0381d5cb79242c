// Potentials in float beside logarithms of scalings in double, for the tests of Sinkhorn.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "sinkhorn/batch.h"

// Potentials up to a constant, which goes from f to g.
inline bool agree(const float* potential, const std::vector<double>& logs, const float* masses, double epsilon) {
  double shift = 0, scale = 1e-6;
  int present = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (masses[i] == 0) continue;
    shift += potential[i] - epsilon * logs[i];
    scale = std::max(scale, std::abs(epsilon * logs[i]));
    ++present;
  }
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (masses[i] == 0 && potential[i] != otlearn::kNoMassPotential) return false;
    if (masses[i] > 0 && !(std::abs(potential[i] - epsilon * logs[i] - shift / present) < 3e-6 * (scale + epsilon)))
      return false;
  }
  return true;
}
