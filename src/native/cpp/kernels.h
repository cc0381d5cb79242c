// What is compiled once for each instruction set (isa_*.cc): an entry a kernel and number type.
#pragma once
#include "barycenter.h"
#include "emd_pricing.h"
#include "matmul.h"
#include "pairs.h"

namespace otlearn {

struct Kernels {
  const char* name;
  EngineFactory barycenter_float32;
  EngineFactory barycenter_float64;
  MatmulKernels matmul;
  EmdKernels emd;
  PairKernels pairs;
};

// The best set that this processor runs; OTLEARN_ISA=avx512|avx2|plain overrides it (tests).
const Kernels& kernels();

}  // namespace otlearn
