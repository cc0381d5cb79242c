// What each instruction set has of a learned start.
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

// Of up to tile_rows pairs: out [rows, stride] from a panel that holds tile_rows numbers for each input.
struct GridStartDense {
  const float* panel;
  int inputs, stride;  // of kernel and out; a multiple of kStartColumns
  const float *kernel, *bias;
  bool is_hidden;  // then ELU follows
  float* out;
};

struct GridStartKernels {
  static constexpr int kMostTileRows = 14;
  int tile_rows;
  void (*dense[kMostTileRows])(const GridStartDense&);  // [rows - 1]: for 1 to tile_rows rows
  // The panel of rows [rows, stride] of `columns` numbers.
  void (*pack)(const float* from, int stride, int rows, int columns, float* panel);
  // One pair: its features to features[k * stride], the rest to `origin`.
  void (*analyse)(const GridStartPlan& plan, const float* mu, const float* nu, float* features, int stride,
                  GridStartOrigin& origin);
  // The potential g from the origin and the scaled outputs of the network.
  void (*synthesise)(const GridStartPlan& plan, const GridStartOrigin& origin, const float* outputs, const float* nu, float* g);
};

}  // namespace otlearn
