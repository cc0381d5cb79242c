// What this processor, and the system that has to save its registers, are able to do.
#pragma once

namespace otlearn {

// With FMA.
bool processor_has_avx2();
// F, VL, DQ and BW.
bool processor_has_avx512();

}  // namespace otlearn
