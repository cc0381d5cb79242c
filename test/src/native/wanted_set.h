// Whether this processor has the instruction set that OTLEARN_ISA names, which sanitizers.sh tries one after the other.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>

#include "isa/dispatch.h"

inline bool has_wanted_set() {
  const char* wanted = std::getenv("OTLEARN_ISA");
  if (!wanted || std::string(wanted) == otlearn::instruction_set_name()) return true;
  std::printf("%s: this processor does not have it\n", wanted);
  return false;
}
