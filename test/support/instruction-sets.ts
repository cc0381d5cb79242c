import { execFileSync } from "node:child_process";
import { it } from "vitest";
import { nativeStatus } from "../../src/native/loader.ts";

const SETS = (process.arch === "arm64" ? ["plain", "neon"] : ["plain", "avx2", "avx512"]) as readonly string[];

/** Whether the addon holds the set and this processor has it: asked of the addon in a process of its own, as it chooses once. */
function runs(set: string): boolean {
  const { file } = nativeStatus();
  if (!file) return false;
  const script = `require(${JSON.stringify(file)}).describe().instructionSet`;
  const env = { ...process.env, OTLEARN_ISA: set };
  return execFileSync(process.execPath, ["-p", script], { env, encoding: "utf8" }).trim() === set;
}

/**
 * A test for each instruction set of this architecture, given the variables for a child process. `npm install` builds what this
 * machine runs, OTLEARN_SETS=all every set: the tests of the others skip by name.
 */
export function itOnEachSet(
  name: string,
  test: (environment: { readonly OTLEARN_ISA: string }) => Promise<void>,
): void {
  for (const set of SETS) {
    const here = runs(set);
    it.skipIf(!here)(
      `${name}: ${set}${here ? "" : " (skipped: not in this addon, see OTLEARN_SETS, or processor)"}`,
      () => test({ OTLEARN_ISA: set }),
    );
  }
}
