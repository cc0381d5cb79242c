#include "emd/emd_pricing.h"

#include "isa/dispatch.h"

#define OTLEARN_FILE "emd/emd_pricing.cc"
#include "isa/each_set.h"

#include "emd/emd_pricing_impl.h"

#if OTLEARN_ONCE

namespace otlearn {

const EmdKernels& emd_kernels() { return OTLEARN_CHOOSE(kEmd); }

}  // namespace otlearn

#endif
