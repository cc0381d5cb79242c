// Which instruction set runs. It knows no topic: each has a table, or a function, of the same name in the namespace of every
// set that is compiled, and takes the one that OTLEARN_CHOOSE(name) gives.
#pragma once
#include "isa/sets.h"

namespace otlearn {

enum class InstructionSet : int { kPlain, kAvx2, kAvx512, kNeon };
constexpr int kInstructionSets = 4;

// The best set that is compiled and that this processor runs; OTLEARN_ISA=avx512|avx2|neon|plain asks for a lower one (tests).
InstructionSet instruction_set();
// "avx512", ...
const char* instruction_set_name();

// In the order of the enumeration; null where a set is not compiled.
template <typename Entry>
Entry& choose(Entry* const (&of_each)[kInstructionSets]) {
  return *of_each[static_cast<int>(instruction_set())];
}

}  // namespace otlearn

#if OTLEARN_HAS_AVX2
#define OTLEARN_OF_AVX2(name) &avx2::name
#else
#define OTLEARN_OF_AVX2(name) nullptr
#endif
#if OTLEARN_HAS_AVX512
#define OTLEARN_OF_AVX512(name) &avx512::name
#else
#define OTLEARN_OF_AVX512(name) nullptr
#endif
#if OTLEARN_HAS_NEON
#define OTLEARN_OF_NEON(name) &neon::name
#else
#define OTLEARN_OF_NEON(name) nullptr
#endif
#define OTLEARN_CHOOSE(name)                \
  ::otlearn::choose<decltype(plain::name)>( \
      {&plain::name, OTLEARN_OF_AVX2(name), OTLEARN_OF_AVX512(name), OTLEARN_OF_NEON(name)})
