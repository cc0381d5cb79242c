#include "isa/isa.h"


namespace otlearn {
namespace plain {
#define OTLEARN_VECTOR_BYTES 16
#include "isa/kernels_impl.h"
}  // namespace plain
const Kernels kPlainKernels = plain::kernels_named("plain");
}  // namespace otlearn
