// `npm run prebuilds [linux-x64 linux-arm64 ...]`: compiles the addons that the package brings, with every instruction set of their
// architecture, into `prebuilds`. Those of Linux are made on Linux, arm64 by Debian's cross compiler; others on their own system.
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setsOf } from "./instruction-sets.js";
import { compileAddon, isCurrent, nativeFolder, sourcesDigest, writeStamp } from "./node-gyp.js";

const { COMPILED, prebuiltAddon } = createRequire(import.meta.url)("./addon-files.cjs");

/** The package is not packed without these. */
const PACKAGED = ["linux-x64", "linux-arm64"];
const HERE = `${process.platform}-${process.arch}`;
const COMPILERS = {
  "linux-x64": { CC: "x86_64-linux-gnu-gcc", CXX: "x86_64-linux-gnu-g++" },
  "linux-arm64": { CC: "aarch64-linux-gnu-gcc", CXX: "aarch64-linux-gnu-g++" },
  // Apple's compiler makes both
  "darwin-x64": {},
  "darwin-arm64": {},
};
/** No libstdc++ of the user's is asked for, nor shadowed. */
const LINUX = { LDFLAGS: "-static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL -s" };

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = sourcesDigest();
const targets = process.argv.slice(2);
try {
  for (const target of targets.length ? targets : PACKAGED) prebuild(target);
  if (targets.length === 0) refuseStale();
} catch (error) {
  console.error(`otlearn: ${error.message}`);
  process.exitCode = 1;
}

function prebuild(target) {
  const addon = addonOf(target);
  const [platform, arch] = target.split("-");
  const sets = setsOf(arch);
  if (isCurrent(addon, sources, sets)) return;
  const cross = target === HERE ? {} : COMPILERS[target];
  if (!cross || platform !== process.platform) throw new Error(`the addon for ${target} cannot be compiled on ${HERE}`);
  // a folder of its own, so that the addon of this checkout stays
  const folder = join(nativeFolder, "build", `prebuild-${target}`);
  rmSync(join(folder, "cpp"), { recursive: true, force: true });
  for (const name of ["binding.gyp", "cpp"]) {
    cpSync(join(nativeFolder, name), join(folder, name), { recursive: true, preserveTimestamps: true });
  }
  const failure = compileAddon(folder, {
    arch,
    sets,
    environment: { ...(platform === "linux" ? LINUX : {}), ...cross },
  });
  if (failure) throw new Error(`no addon for ${target} from ${cross.CXX ?? "this compiler"} (${failure})`);
  mkdirSync(dirname(addon), { recursive: true });
  cpSync(join(folder, COMPILED), addon);
  writeStamp(addon, sources, sets);
  console.log(`otlearn: ${target}, ${["plain", ...sets].join(", ")}`);
}

/** Addons of other systems, which a workflow brought, must be of these sources too. */
function refuseStale() {
  const folder = dirname(dirname(addonOf(HERE)));
  for (const target of readdirSync(folder)) {
    if (isCurrent(addonOf(target), sources, setsOf(target.split("-")[1]))) continue;
    throw new Error(`${join(folder, target)} was built from other sources: build it again or remove it`);
  }
}

function addonOf(target) {
  const [platform, arch] = target.split("-");
  return prebuiltAddon(root, platform, arch, platform === "linux" ? "glibc" : "");
}
