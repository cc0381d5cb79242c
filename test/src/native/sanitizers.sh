#!/bin/sh
# Compiles the native kernels and each *_test.cc under AddressSanitizer with UndefinedBehaviorSanitizer, and under
# ThreadSanitizer, and runs each build for every instruction set. CXX names the compiler (default g++). A few minutes.
set -eu
cd "$(dirname "$0")/../../.."
compiler=${CXX:-g++}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
sources=$(find src/native/cpp -name '*.cc' ! -name addon.cc ! -name 'glue*.cc')

for sanitizers in address,undefined thread; do
  echo "== $compiler -fsanitize=$sanitizers"
  for test in test/src/native/*_test.cc; do
    # shellcheck disable=SC2086 -- one word a source
    "$compiler" -std=c++17 -O1 -g -Wall -Wextra -Werror -Wno-psabi -fno-math-errno -fno-trapping-math -pthread \
      "-fsanitize=$sanitizers" -fno-sanitize-recover=all -Isrc/native/cpp $sources "$test" -o "$build/test"
    for isa in plain avx2 avx512; do
      OTLEARN_ISA=$isa OTLEARN_THREADS=4 "$build/test"
    done
  done
done
