// What each instruction set has of a learned start: all of it but the dense layers.
#pragma once
#include "initializer/grid_start_plan.h"

namespace otlearn {

// Where the potential of a pair comes from before the network corrects it.
struct GridStartOrigin {
  float polynomial[kStartMonomials];
  float series[kMostStartCells * kStartWidth];
  float distance;
  double total_nu;
};

struct GridStartKernels {
  // One pair: its features to features[k * stride], the rest to `origin`.
  void (*analyse)(const GridStartPlan& plan, const float* mu, const float* nu, float* features, int stride,
                  GridStartOrigin& origin);
  // The potential g from the origin and the scaled outputs of the network.
  void (*synthesise)(const GridStartPlan& plan, const GridStartOrigin& origin, const float* outputs, const float* nu, float* g);
};

}  // namespace otlearn
