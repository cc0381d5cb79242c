#!/bin/sh
# Compiles the native kernels and barycenter_test.cc under AddressSanitizer with UndefinedBehaviorSanitizer, and under
# ThreadSanitizer, and runs each build for every instruction set. CXX names the compiler (default g++). About a minute.
set -eu
cd "$(dirname "$0")/../../.."
compiler=${CXX:-g++}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
sources=$(find src/native/cpp -name '*.cc' ! -name addon.cc)

for sanitizers in address,undefined thread; do
  echo "== $compiler -fsanitize=$sanitizers"
  # shellcheck disable=SC2086 -- one word a source
  "$compiler" -std=c++17 -O1 -g -Wall -Wextra -Werror -Wno-psabi -fno-math-errno -fno-trapping-math -pthread \
    "-fsanitize=$sanitizers" -fno-sanitize-recover=all -Isrc/native/cpp \
    $sources test/src/native/barycenter_test.cc -o "$build/test"
  for isa in plain avx2 avx512; do
    OTLEARN_ISA=$isa OTLEARN_THREADS=4 "$build/test"
  done
done
