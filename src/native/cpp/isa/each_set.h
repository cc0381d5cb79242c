// Compiles a topic's source file once for each instruction set. It begins with
//
//     #define OTLEARN_FILE "topic/file.cc"
//     #include "isa/each_set.h"
//
// where the file includes itself for all sets but the plain one, for which it then goes on. What is there once, the choice
// between the sets above all, stands in #if OTLEARN_ONCE.
#ifndef OTLEARN_FILE
#error "OTLEARN_FILE: the file to be compiled for each instruction set"
#endif

#ifndef OTLEARN_ONCE
#define OTLEARN_ONCE 0
#include "isa/sets.h"

#if OTLEARN_HAS_AVX512
#define OTLEARN_SELECTED OTLEARN_SELECT_AVX512
#include "isa/select.h"
#include OTLEARN_FILE
#undef OTLEARN_SELECTED
#endif

#if OTLEARN_HAS_AVX2
#define OTLEARN_SELECTED OTLEARN_SELECT_AVX2
#include "isa/select.h"
#include OTLEARN_FILE
#undef OTLEARN_SELECTED
#endif

#if OTLEARN_HAS_NEON
#define OTLEARN_SELECTED OTLEARN_SELECT_NEON
#include "isa/select.h"
#include OTLEARN_FILE
#undef OTLEARN_SELECTED
#endif

#define OTLEARN_SELECTED OTLEARN_SELECT_PLAIN
#include "isa/select.h"
#undef OTLEARN_ONCE
#define OTLEARN_ONCE 1
#endif
