// What is compiled once for each instruction set (isa_*.cc): an entry a kernel and number type.
#pragma once
#include "barycenter.h"
#include "batch_norm.h"
#include "elementwise.h"
#include "emd_pricing.h"
#include "matmul.h"
#include "pairs.h"
#include "reduce.h"
#include "sinkhorn.h"
#include "sinkhorn_dense.h"
#include "softmax.h"

namespace otlearn {

struct Kernels {
  const char* name;
  EngineFactory barycenter_float32;
  EngineFactory barycenter_float64;
  BatchNormKernels batch_norm;
  ElementwiseKernels elementwise;
  EmdKernels emd;
  MatmulKernels matmul;
  PairKernels pairs;
  ReduceKernels reduce;
  SinkhornFactory sinkhorn_scaling;
  SinkhornFactory sinkhorn_lanes;  // scalings of `lanes` pairs side by side
  int lanes;
  SinkhornFactory sinkhorn_log;
  DenseDomain dense_scaling;
  DenseDomain dense_log;
  SoftmaxKernels softmax;
};

// The best set that this processor runs; OTLEARN_ISA=avx512|avx2|plain overrides it (tests).
const Kernels& kernels();

}  // namespace otlearn
