// What is compiled once for each instruction set (isa_*.cc): an entry a kernel and number type.
#pragma once
#include "barycenter/barycenter.h"
#include "tensors/batch_norm.h"
#include "tensors/elementwise.h"
#include "emd/emd_pricing.h"
#include "host/dense_operator.h"
#include "tensors/matmul.h"
#include "pairs/pairs.h"
#include "tensors/reduce.h"
#include "sinkhorn/sinkhorn.h"
#include "sinkhorn/dense/sinkhorn_dense.h"
#include "tensors/softmax.h"

namespace otlearn {

struct Kernels {
  const char* name;
  EngineFactory barycenter_float32;
  EngineFactory barycenter_float64;
  BatchNormKernels batch_norm;
  DenseOperatorKernels dense_operators;
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
