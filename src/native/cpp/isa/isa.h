// Everything that the code compiled for several instruction sets uses from elsewhere. It is included before the target
// is switched, so that no instantiation of the standard library is compiled for a processor that may not be there.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/aligned_array.h"
#include "isa/kernels.h"

namespace otlearn {
extern const Kernels kPlainKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif
}  // namespace otlearn
