#!/bin/sh
# Packs the package with the prebuilt addon of this system, installs it in an empty folder where no compiler is to be found, and
# uses it there; then with a compiler, which must not be asked. A minute when the prebuilt addon is there, some more when not.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=$(node -p '`${process.platform}-${process.arch}`')
passed=0
pass() {
  passed=$((passed + 1))
  echo "ok $passed - $1"
}
fail() {
  echo "not ok - $1"
  echo "$passed passed, 1 failed"
  exit 1
}

npm run --silent prebuilds "$target"
npm run --silent build
tarball=$(npm pack --silent --ignore-scripts --pack-destination "$work")
echo "$tarball: $(wc -c <"$work/$tarball") bytes"

# node and npm alone
mkdir "$work/bin" "$work/app"
for tool in node npm npx sh; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done
with_path=$PATH
cd "$work/app"
export PATH="$work/bin"
for tool in cc gcc g++ clang++ make python3; do
  if command -v $tool >/dev/null; then fail "$tool is to be found"; fi
done
npm install --no-audit --no-fund --foreground-scripts "$work/$tarball" >"$work/install.log" 2>&1 ||
  { PATH=$with_path cat "$work/install.log"; fail "npm install fails without a compiler"; }
pass "npm install without a compiler"

native=$(npx otlearn info --json 2>"$work/info.log" | node -p 'JSON.stringify(JSON.parse(fs.readFileSync(0)).native)')
case $native in
  *'"origin":"prebuilt '"$target"'"'*) pass "otlearn info: $native" ;;
  *) fail "not the prebuilt addon: $native" ;;
esac
npx otlearn train wdl --dataset gaussians-1d --atoms 2 --iterations 3 --quiet --out run 2>"$work/train.log" ||
  { PATH=$with_path cat "$work/train.log"; fail "training fails"; }
[ -s run/result/atoms.npy ] || fail "training leaves no atoms"
pass "a small training"
value=$(node --input-type=module -e '
  import { emd, ndarray } from "otlearn";
  console.log(emd(Float64Array.of(0, 1), Float64Array.of(1, 0), ndarray(Float64Array.of(0, 3, 3, 0), [2, 2])).value);
')
[ "$value" = 3 ] || fail "emd by the library: $value"
pass "the library"

PATH=$with_path
npm rebuild --foreground-scripts otlearn >"$work/rebuild.log" 2>&1
[ ! -e node_modules/otlearn/src/native/build ] || fail "compiled although the prebuilt addon fits"
pass "nothing is compiled where a compiler is there"

rm -r node_modules/otlearn/src/native/prebuilds
PATH="$work/bin" npm rebuild --foreground-scripts otlearn >"$work/rebuild.log" 2>&1 || fail "no addon fails the installation"
[ "$(grep -c '^otlearn: ' "$work/rebuild.log")" = 1 ] || { cat "$work/rebuild.log"; fail "not one line about no addon"; }
pass "$(grep '^otlearn: ' "$work/rebuild.log")"
echo "$passed passed, 0 failed"
