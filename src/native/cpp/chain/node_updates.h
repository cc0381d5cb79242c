// What of chain.h is compiled for each instruction set.
#pragma once
#include <cstddef>

namespace otlearn {

// Ratios farther from one count as out of every range, so that products of many of them are numbers.
constexpr double kLargestRatio = 1e50;

// Padded.
struct NodeVectors {
  std::size_t length;
  double share;
  const double *goal, *target;
  double *u, *left, *right, *sent;
};

struct NodeUpdateKernels {
  void (*update)(const NodeVectors&);  // u = goal (left right)^-share
  double (*violation)(const NodeVectors&);
  double (*spread)(const NodeVectors&);  // log(max u / min u) over points with mass
  void (*multiply)(const double* a, const double* b, double* out, std::size_t length);
};

}  // namespace otlearn
