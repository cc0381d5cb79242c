// Run by `npm install`: compiles the native kernels for this machine, unless an addon of these sources is there already, prebuilt or
// compiled before. Never fails the installation: without a C++ compiler everything works through plain kernels, only slower, and
// `otlearn info` says so.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { wantedSets } from "./instruction-sets.js";
import { compileAddon, isCurrent, nativeFolder, sourcesDigest, writeStamp } from "./node-gyp.js";

const require = createRequire(import.meta.url);
const { addonFiles, builtAddon } = require("./addon-files.cjs");

if (process.env.OTLEARN_NATIVE !== "0") build();

function build() {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const sources = sourcesDigest();
  const sets = wantedSets();
  const used = addonFiles(root).find(({ file }) => loads(file)); // as loader.ts takes it
  if (used && isCurrent(used.file, sources, sets)) return;
  const failure = compileAddon(nativeFolder, { sets });
  if (failure) {
    console.warn(`otlearn: no native kernels (${failure}); continuing with the plain ones, which are slower`);
  } else {
    writeStamp(builtAddon(root), sources, sets);
  }
}

/** Not when it was made for another system, or for a newer libc. */
function loads(file) {
  try {
    return Boolean(require(file));
  } catch {
    return false;
  }
}
