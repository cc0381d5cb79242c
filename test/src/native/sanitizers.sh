#!/bin/sh
# The tests of the native kernels under AddressSanitizer with UndefinedBehaviorSanitizer for every instruction set, and under
# ThreadSanitizer for the plain one alone (what threads share is the same in all). CXX names the compiler (default g++);
# SANITIZERS picks some of "address,undefined thread". Several minutes.
set -eu
. "$(dirname "$0")/programs.sh"

check_headers "${CXX:-g++}"
for sanitizers in ${SANITIZERS:-address,undefined thread}; do
  echo "== ${CXX:-g++} -fsanitize=$sanitizers"
  flags="-O1 -g1 -fsanitize=$sanitizers -fno-sanitize-recover=all"
  if [ "$sanitizers" = thread ]; then
    run_programs "${CXX:-g++}" "$flags -DOTLEARN_SKIP_AVX2 -DOTLEARN_SKIP_AVX512 -DOTLEARN_SKIP_NEON" plain
  else
    run_programs "${CXX:-g++}" "$flags" "plain avx2 avx512"
  fi
done
