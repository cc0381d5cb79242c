import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { compiledRoot } from "../../support/compiled.ts";

interface Printed {
  readonly description: { readonly threads: number; readonly instructionSet: string } | null;
  readonly digest: string;
  readonly sample: number[];
}

const run = promisify(execFile);

async function child(environment: Record<string, string>): Promise<Printed> {
  const script = join(await compiledRoot(), "test/children/kernel-bits.js");
  const { stdout } = await run(process.execPath, [script], { env: { ...process.env, ...environment } });
  return JSON.parse(stdout) as Printed;
}

describe.skipIf(!nativeStatus().addon)("native tensor kernels in other processes", () => {
  it("1, 2 and 8 threads give the same bits", async () => {
    const printed = [];
    for (const threads of [1, 2, 8]) printed.push(await child({ OTLEARN_THREADS: `${threads}` }));
    expect(printed.map(({ description }) => description!.threads)).toEqual([1, 2, 8]);
    expect(new Set(printed.map(({ digest }) => digest)).size).toBe(1);
  });

  it("every instruction set and no native code give the same numbers", async () => {
    const { sample } = await child({});
    for (const [name, value] of ["OTLEARN_ISA=avx2", "OTLEARN_ISA=plain", "OTLEARN_NATIVE=0"].map((s) =>
      s.split("="),
    )) {
      const other = await child({ [name]: value });
      expect(other.sample).toBeAllclose(sample, { absolute: 1e-5, relative: 1e-5 });
    }
  });
});
