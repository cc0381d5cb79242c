// The name that the glue has for instruction_set_name().
#pragma once
#include "isa/dispatch.h"

namespace otlearn {

struct Kernels {
  const char* name;
};
inline Kernels kernels() { return {instruction_set_name()}; }

}  // namespace otlearn
