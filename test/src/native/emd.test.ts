import { describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { expectSameBits, printedBy, type Bits } from "../../support/children.ts";

const { addon } = nativeStatus();

describe.skipIf(!addon)("native exact transport", () => {
  const child = (environment: Record<string, string>) => printedBy<Bits>("emd-bits", environment);

  it("1, 2 and 8 threads give the same bits, and so do all instruction sets", async () => {
    const { digest } = await expectSameBits("emd-bits");
    const plain = await child({ OTLEARN_ISA: "plain" });
    expect(plain.description!.instructionSet).toBe("plain");
    expect(plain.digest).toBe(digest);
  });

  it("without native code, values are the same", async () => {
    const [native, without] = [await child({}), await child({ OTLEARN_NATIVE: "0" })];
    expect(without.description).toBeNull();
    expect(without.sample).toBeAllclose(native.sample, { relative: 1e-12, absolute: 0 });
  });

  it("refuses what would harm memory", () => {
    const one = Float64Array.of(1);
    const problem = { rows: 1, columns: 1, a: one, b: one, cost: one, maxPivots: 9, f: one.slice(), g: one.slice() };
    expect(addon!.emd(problem).value).toBe(1);
    expect(() => addon!.emd({ ...problem, rows: 2 })).toThrow("a");
    expect(() => addon!.emd({ ...problem, cost: Float64Array.of(NaN) })).toThrow("cost");
    expect(() => addon!.emd({ ...problem, a: Float64Array.of(-1) })).toThrow("a");
    expect(() => addon!.emd({ ...problem, a: new Float64Array(1) })).toThrow("a");
    const settings = { left: one, right: one, leftCount: 1, leftBins: 1, rightCount: 1, rightBins: 1, memory: 100 };
    const list = { pairs: 1, rows: Int32Array.of(0), columns: Int32Array.of(0) };
    expect(() => addon!.createEmdPairs({ ...settings, ...list, rows: Int32Array.of(1) })).toThrow("pairs");
    expect(() => addon!.createEmdPairs({ ...settings, ...list, leftCount: 2 })).toThrow("left");
    const pairs = addon!.createEmdPairs({ ...settings, ...list });
    const request = { count: 1, which: Int32Array.of(0), maxPivots: 9, values: one.slice() };
    expect(() => addon!.solveEmdPairs(pairs, request)).toThrow("cost");
    expect(() => addon!.setEmdCost(pairs, new Float64Array())).toThrow("cost");
    addon!.setEmdCost(pairs, one);
    expect(addon!.solveEmdPairs(pairs, request)).toMatchObject({ unconverged: 0 });
    expect(() => addon!.solveEmdPairs(pairs, { ...request, which: Int32Array.of(1) })).toThrow("which");
    expect(() => addon!.solveEmdPairs(pairs, { ...request, count: 2 })).toThrow("which");
  });
});
