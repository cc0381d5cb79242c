// Switches to the instruction set OTLEARN_SELECTED. No include guard: see set.h for what it defines.

// Changes from set to set, so that the guards of *_impl.h let each of them in once.
#ifdef OTLEARN_SET
#ifdef OTLEARN_TOGGLE
#undef OTLEARN_TOGGLE
#else
#define OTLEARN_TOGGLE
#endif
#endif

#undef OTLEARN_SET
#undef OTLEARN_VECTOR_BYTES
#undef OTLEARN_REGISTERS
#undef OTLEARN_BEGIN_TARGET
#undef OTLEARN_END_TARGET

#if OTLEARN_SELECTED == OTLEARN_SELECT_AVX512
#define OTLEARN_SET avx512
#define OTLEARN_VECTOR_BYTES 64
#define OTLEARN_REGISTERS 32
#elif OTLEARN_SELECTED == OTLEARN_SELECT_AVX2
#define OTLEARN_SET avx2
#define OTLEARN_VECTOR_BYTES 32
#define OTLEARN_REGISTERS 16
#elif OTLEARN_SELECTED == OTLEARN_SELECT_NEON
#define OTLEARN_SET neon
#define OTLEARN_VECTOR_BYTES 16
#define OTLEARN_REGISTERS 32
#else
#define OTLEARN_SET plain
#define OTLEARN_VECTOR_BYTES 16
#define OTLEARN_REGISTERS 16
#endif

#define OTLEARN_PRAGMA(text) _Pragma(#text)
#if OTLEARN_SELECTED == OTLEARN_SELECT_AVX512 && defined(__clang__)
#define OTLEARN_BEGIN_TARGET \
  OTLEARN_PRAGMA(            \
      clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function))
#define OTLEARN_END_TARGET _Pragma("clang attribute pop")
#elif OTLEARN_SELECTED == OTLEARN_SELECT_AVX512
#define OTLEARN_BEGIN_TARGET \
  _Pragma("GCC push_options") _Pragma("GCC target(\"avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prefer-vector-width=512\")")
#define OTLEARN_END_TARGET _Pragma("GCC pop_options")
#elif OTLEARN_SELECTED == OTLEARN_SELECT_AVX2 && defined(__clang__)
#define OTLEARN_BEGIN_TARGET _Pragma("clang attribute push(__attribute__((target(\"avx2,fma\"))), apply_to = function)")
#define OTLEARN_END_TARGET _Pragma("clang attribute pop")
#elif OTLEARN_SELECTED == OTLEARN_SELECT_AVX2
#define OTLEARN_BEGIN_TARGET _Pragma("GCC push_options") _Pragma("GCC target(\"avx2,fma\")")
#define OTLEARN_END_TARGET _Pragma("GCC pop_options")
#else  // what the architecture has anyway
#define OTLEARN_BEGIN_TARGET
#define OTLEARN_END_TARGET
#endif
