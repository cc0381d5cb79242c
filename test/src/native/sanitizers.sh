#!/bin/sh
# Compiles the native kernels and every *_test.cc under AddressSanitizer with UndefinedBehaviorSanitizer for every instruction set,
# and under ThreadSanitizer for the plain one alone (what threads share is the same in all), and runs them. CXX names the compiler
# (default g++); SANITIZERS picks some of "address,undefined thread". Several minutes.
set -eu
cd "$(dirname "$0")/../../.."
compiler=${CXX:-g++}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
sources=$(find src/native/cpp -name '*.cc' ! -name addon.cc ! -name 'glue*.cc')
tests=$(find test/src/native -name '*_test.cc')

for sanitizers in ${SANITIZERS:-address,undefined thread}; do
  echo "== $compiler -fsanitize=$sanitizers"
  sets="plain avx2 avx512"
  if [ "$sanitizers" = thread ]; then
    sets=plain
    sources="$(echo "$sources" | grep -v isa_avx) test/src/native/only_plain.cc"
  fi
  flags="-std=c++17 -O1 -g1 -Wall -Wextra -Werror -Wno-psabi -fno-math-errno -fno-trapping-math -pthread"
  flags="$flags -fsanitize=$sanitizers -fno-sanitize-recover=all -Isrc/native/cpp"
  # an object a source and a program a test, as many at a time as there are processors; those of whole instruction sets, the
  # longest, first
  { echo "$sources" | tr ' ' '\n' | grep /isa_; for source in $sources $tests; do echo "$source"; done | grep -v /isa_; } |
    xargs -P "$(getconf _NPROCESSORS_ONLN)" -I{} sh -c "$compiler $flags -c {} -o $build/\$(basename {} .cc).o"
  objects=$(for source in $sources; do echo "$build/$(basename "$source" .cc).o"; done)
  for test in $tests; do
    # shellcheck disable=SC2086
    "$compiler" $flags "$build/$(basename "$test" .cc).o" $objects -o "$build/test"
    for isa in $sets; do
      OTLEARN_ISA=$isa OTLEARN_THREADS=4 "$build/test"
    done
  done
done
