// Stands for the other instruction sets where sanitizers.sh compiles the plain one alone.
#include "isa/isa.h"

namespace otlearn {
#if defined(__x86_64__)
const Kernels kAvx2Kernels = kPlainKernels;
const Kernels kAvx512Kernels = kPlainKernels;
#endif
}  // namespace otlearn
