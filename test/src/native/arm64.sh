#!/bin/sh
# The tests of the native kernels for 64-bit Arm, NEON and plain: compiled by Debian's cross compiler (g++-aarch64-linux-gnu) and
# run by qemu (qemu-user). Says so and does nothing where one of them is missing; a few minutes otherwise.
set -eu
. "$(dirname "$0")/programs.sh"

for program in aarch64-linux-gnu-g++ qemu-aarch64; do
  if ! command -v "$program" >/dev/null; then
    echo "SKIPPED: tests of the arm64 kernels ($program is not installed)"
    exit 0
  fi
done
run_programs aarch64-linux-gnu-g++ -O2 "neon plain" "qemu-aarch64 -L /usr/aarch64-linux-gnu"
