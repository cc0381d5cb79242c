#include "isa.h"


namespace otlearn {
namespace plain {
#define OTLEARN_VECTOR_BYTES 16
#include "vector_math.h"
#include "barycenter_impl.h"
#include "emd_pricing_impl.h"
#include "matmul_impl.h"
#include "pairs_impl.h"
}  // namespace plain
const Kernels kPlainKernels = {
    "plain", plain::make_engine<float>, plain::make_engine<double>, plain::kMatmul, plain::kEmd, plain::kPairs};
}  // namespace otlearn
