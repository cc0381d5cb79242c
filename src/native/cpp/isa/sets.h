// The instruction sets that are compiled: those of this architecture that no OTLEARN_SKIP_* leaves out, and the plain one,
// which every processor of the architecture runs.
#pragma once

#if defined(__x86_64__) && !defined(OTLEARN_SKIP_AVX2)
#define OTLEARN_HAS_AVX2 1
#else
#define OTLEARN_HAS_AVX2 0
#endif

#if defined(__x86_64__) && !defined(OTLEARN_SKIP_AVX512)
#define OTLEARN_HAS_AVX512 1
#else
#define OTLEARN_HAS_AVX512 0
#endif

#if defined(__aarch64__) && !defined(OTLEARN_SKIP_NEON)
#define OTLEARN_HAS_NEON 1
#else
#define OTLEARN_HAS_NEON 0
#endif

// Values of OTLEARN_SELECTED (select.h).
#define OTLEARN_SELECT_PLAIN 0
#define OTLEARN_SELECT_AVX2 1
#define OTLEARN_SELECT_AVX512 2
#define OTLEARN_SELECT_NEON 3
