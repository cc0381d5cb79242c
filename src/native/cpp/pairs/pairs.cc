#include "pairs/pairs.h"

#include "isa/dispatch.h"

#define OTLEARN_FILE "pairs/pairs.cc"
#include "isa/each_set.h"

#include "pairs/pairs_common_impl.h"
#include "pairs/pairs_double_impl.h"
#include "pairs/pairs_float_impl.h"
#include "pairs/pairs_self_impl.h"

namespace otlearn::OTLEARN_SET {

constexpr PairKernels kPairs = {pair_gibbs, pair_gather, pair_solve32, pair_solve64, pair_solve_self};

}  // namespace otlearn::OTLEARN_SET

#if OTLEARN_ONCE

namespace otlearn {

const PairKernels& pair_kernels() { return OTLEARN_CHOOSE(kPairs); }

}  // namespace otlearn

#endif
