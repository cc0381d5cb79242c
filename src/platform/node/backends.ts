/** What tfjs' backends need to be found. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import util from "node:util";

export { findGpu } from "./gpu.ts";

const require = createRequire(import.meta.url);

/** Registers the `tensorflow` backend; what was loaded, as "@tensorflow/tfjs-node 4.22.0". Throws where no package for it works. */
export async function loadTensorflow(): Promise<string> {
  // tfjs-node 4.22 calls a function that Node 23 removed
  const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2"; // errors only: it tells of its build and of absent drivers
  const reasons: string[] = [];
  for (const name of ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]) {
    if (!isInstalled(name)) {
      reasons.push(`${name} is not installed`);
      continue;
    }
    try {
      require(name);
      return `${name} ${(require(`${name}/package.json`) as { version: string }).version}`;
    } catch (error) {
      reasons.push(`${name} does not load: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  throw new Error(reasons.join(", "));
}

/** The folder of the binaries of the `wasm` backend, or the address of each. */
export function wasmPaths(): string | Record<string, string> {
  return join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), "/");
}

/** Whether an optional package is there. */
function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}
