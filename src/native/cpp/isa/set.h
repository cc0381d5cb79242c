// The instruction set that a file is being compiled for. Code for it has this form:
//
//     #include "isa/set.h"
//     ... all other includes ...
//     OTLEARN_BEGIN_TARGET
//     namespace otlearn::OTLEARN_SET {
//     ...
//     }  // namespace otlearn::OTLEARN_SET
//     OTLEARN_END_TARGET
//
// and is included once for each set (each_set.h). Between the two the compiler may use the set's instructions. Headers of the
// standard library, and others that are the same for every set, are included outside, so that none of their code is compiled
// for a processor that may not be there. OTLEARN_VECTOR_BYTES is the width of a register, OTLEARN_REGISTERS their number.
#ifndef OTLEARN_SET
#include "isa/sets.h"
#define OTLEARN_SELECTED OTLEARN_SELECT_PLAIN
#include "isa/select.h"
#endif

// Before a loop: unroll it so many times, all of it if it has no more turns.
#if defined(__clang__)
#define OTLEARN_UNROLL(count) OTLEARN_PRAGMA(clang loop unroll_count(count))
#else
#define OTLEARN_UNROLL(count) OTLEARN_PRAGMA(GCC unroll count)
#endif
