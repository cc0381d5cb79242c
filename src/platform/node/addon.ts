import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NativeAddon, NativeStatus } from "../../native/loader.ts";

/** Of addon-files.cjs. */
interface AddonFile {
  readonly file: string;
  readonly origin: string;
}

/** Loads the first addon that works. `OTLEARN_NATIVE=0` switches them off. Never throws. */
export function loadAddon(): NativeStatus {
  if (process.env["OTLEARN_NATIVE"] === "0") return { detail: "switched off by OTLEARN_NATIVE=0" };
  // the sources are three levels below the package, the compiled files four
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "package.json")) && root !== dirname(root)) root = dirname(root);
  const require = createRequire(import.meta.url);
  let failure = "not built (npm install builds them where a C++17 compiler is there)";
  for (const { file, origin } of addonsOf(root)) {
    try {
      const addon = require(file) as NativeAddon;
      const { instructionSet, threads } = addon.describe();
      return { addon, file, origin, detail: `${instructionSet}, ${threads} threads` };
    } catch (error) {
      failure = `${origin}, does not load: ${(error as Error).message.split("\n")[0]}`;
    }
  }
  return { detail: failure };

  function addonsOf(folder: string): readonly AddonFile[] {
    const list = join(folder, "src", "native", "addon-files.cjs");
    if (!existsSync(list)) return []; // bundled without it
    return (require(list) as { addonFiles(root: string): readonly AddonFile[] }).addonFiles(folder);
  }
}
