#!/bin/sh
# Whether clang takes the native kernels, for this machine and, as clang-cl would, for Windows (headers of
# g++-mingw-w64-x86-64-posix). Says so and does nothing where they are missing; half a minute each.
set -eu
cd "$(dirname "$0")/../../.."
if ! command -v clang++ >/dev/null; then
  echo "SKIPPED: native kernels under clang (clang++ is not installed)"
  exit 0
fi
check() {
  echo "== clang++ $*"
  find src/native/cpp -name '*.cc' ! -path '*/glue/*' |
    xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 1 clang++ -std=c++17 -Wall -Wextra -Werror -Wno-psabi -Isrc/native/cpp \
      -fsyntax-only "$@"
}
check
headers=$(find /usr/lib/gcc/x86_64-w64-mingw32 -path '*-posix/include/c++' -type d 2>/dev/null | head -n 1)
if [ -z "$headers" ]; then
  echo "SKIPPED: native kernels for Windows (no headers of mingw-w64)"
else
  check --target=x86_64-w64-mingw32 -isystem "$headers" -isystem "$headers/x86_64-w64-mingw32"
fi
