#!/bin/sh
# Formats all C++; with --check only says what is not formatted. Says so and does nothing where clang-format is not installed.
set -eu
cd "$(dirname "$0")/.."
if ! command -v clang-format >/dev/null; then
  echo "SKIPPED: format of the C++ sources (clang-format is not installed)"
  exit 0
fi
case "${1:-}" in
  --check) how="--dry-run --Werror" ;;
  *) how=-i ;;
esac
# shellcheck disable=SC2086
find src/native/cpp test/src/native -name '*.h' -print0 -o -name '*.cc' -print0 |
  xargs -0 clang-format --style=file:.config/clang-format $how
