#include "isa/dispatch.h"

#include <cstdlib>
#include <cstring>

#include "isa/processor.h"

namespace otlearn {
namespace {

constexpr const char* kNames[kInstructionSets] = {"plain", "avx2", "avx512", "neon"};

bool runs(InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx2:
      return OTLEARN_HAS_AVX2 && processor_has_avx2();
    case InstructionSet::kAvx512:
      return OTLEARN_HAS_AVX512 && processor_has_avx512();
    case InstructionSet::kNeon:
      return OTLEARN_HAS_NEON;  // part of the architecture
    case InstructionSet::kPlain:
      break;
  }
  return true;
}

InstructionSet best() {
  const char* wanted = std::getenv("OTLEARN_ISA");
  int set = kInstructionSets - 1;
  for (int named = 0; wanted && named < kInstructionSets; ++named) {
    if (std::strcmp(wanted, kNames[named]) == 0) set = named;
  }
  while (!runs(static_cast<InstructionSet>(set))) --set;
  return static_cast<InstructionSet>(set);
}

}  // namespace

InstructionSet instruction_set() {
  static const InstructionSet chosen = best();
  return chosen;
}

const char* instruction_set_name() { return kNames[static_cast<int>(instruction_set())]; }

}  // namespace otlearn
