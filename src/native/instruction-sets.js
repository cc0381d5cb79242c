// Instruction sets that the native kernels are compiled for. Every addon holds the plain code, and chooses at run time.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Of an architecture, the best last: what the processor must have, as Linux names it; the same as `cpp/isa/dispatch.cc` asks. */
const SETS = {
  x64: {
    avx2: ["avx2", "fma"],
    avx512: ["avx2", "fma", "avx512f", "avx512vl", "avx512dq", "avx512bw"],
  },
  arm64: { neon: [] },
};

/** All sets beside the plain one that exist for an architecture. */
export function setsOf(arch) {
  return Object.keys(SETS[arch] ?? {});
}

/**
 * The sets to compile for use here: the best one that this processor has, or what OTLEARN_SETS names ("all", or a list such as
 * "avx2,avx512"). All, when the processor does not say what it has.
 */
export function wantedSets(wanted = process.env.OTLEARN_SETS, features = processorFeatures()) {
  const known = setsOf(process.arch);
  if (wanted) {
    const names = wanted === "all" ? known : wanted.split(",").filter((name) => name !== "plain");
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length === 0) return known.filter((name) => names.includes(name));
    throw new Error(`OTLEARN_SETS must be all or some of ${["plain", ...known].join(", ")}, got ${wanted}`);
  }
  if (!features) return known;
  return known.filter((name) => SETS[process.arch][name].every((feature) => features.has(feature))).slice(-1);
}

/** Names of Linux (`avx512f`), undefined where they cannot be had. */
function processorFeatures() {
  if (process.arch !== "x64") return undefined;
  if (process.platform === "linux") return words(/^flags\s*:(.*)$/m.exec(readOrNothing("/proc/cpuinfo"))?.[1]);
  if (process.platform === "darwin") {
    return words(spawnSync("sysctl", ["-n", "machdep.cpu.features", "machdep.cpu.leaf7_features"]).stdout?.toString());
  }
  return undefined;
}

function readOrNothing(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function words(text) {
  return text?.trim() ? new Set(text.toLowerCase().trim().split(/\s+/)) : undefined;
}
