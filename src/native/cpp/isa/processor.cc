#include "isa/processor.h"

#if defined(__x86_64__)
#include <cpuid.h>

namespace otlearn {
namespace {

// Bits of Intel's manual, volume 2, CPUID and XGETBV.
constexpr unsigned kFma = 1u << 12, kSaveByXgetbv = 1u << 27;                             // leaf 1, ecx
constexpr unsigned kAvx2 = 1u << 5, kAvx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // leaf 7, ebx: F, DQ, BW, VL
constexpr unsigned kSavesAvx = 0x6, kSavesAvx512 = 0xe6;                                  // xcr0

struct Features {
  bool avx2 = false, avx512 = false;

  Features() {
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & kFma) || !(ecx & kSaveByXgetbv)) return;
    unsigned saved, upper;
    __asm__ volatile("xgetbv" : "=a"(saved), "=d"(upper) : "c"(0));
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return;
    avx2 = (saved & kSavesAvx) == kSavesAvx && (ebx & kAvx2);
    avx512 = avx2 && (saved & kSavesAvx512) == kSavesAvx512 && (ebx & kAvx512) == kAvx512;
  }
};

const Features& features() {
  static const Features of_this;
  return of_this;
}

}  // namespace

bool processor_has_avx2() { return features().avx2; }
bool processor_has_avx512() { return features().avx512; }

}  // namespace otlearn

#else

namespace otlearn {

bool processor_has_avx2() { return false; }
bool processor_has_avx512() { return false; }

}  // namespace otlearn
#endif
