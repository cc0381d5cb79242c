#include <cstdlib>
#include <string>

#include "isa/isa.h"

namespace otlearn {
namespace {

const Kernels& choose() {
  const char* wanted = std::getenv("OTLEARN_ISA");
  const std::string name = wanted ? wanted : "";
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#ifndef OTLEARN_SKIP_AVX512
  if (avx512 && name != "avx2" && name != "plain") return kAvx512Kernels;
#endif
#ifndef OTLEARN_SKIP_AVX2
  if (avx2 && name != "plain") return kAvx2Kernels;
#endif
#endif
  return kPlainKernels;
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace otlearn
