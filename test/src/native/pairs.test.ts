import { describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { expectSameBits, printedBy, type Bits } from "../../support/children.ts";
import { itOnEachSet } from "../../support/instruction-sets.ts";

const { addon, detail } = nativeStatus();
const suite = (name: string): string => (addon ? name : `${name} (skipped: ${detail})`);

const child = (environment: Record<string, string>) => printedBy<Bits>("pair-bits", environment);

describe.skipIf(!addon)(suite("native pairs"), () => {
  it("give the same bits for any number of threads", () => expectSameBits("pair-bits"));

  itOnEachSet("agree with plain TypeScript in float64", async (environment) => {
    const [host, { sample }] = await Promise.all([child({ OTLEARN_NATIVE: "0" }), child(environment)]);
    expect(host.description).toBeNull();
    expect(sample).toBeAllclose(host.sample, { relative: 1e-6, absolute: 1e-7 * Math.max(...host.sample) });
  });
});

describe.skipIf(!addon)(suite("the addon, called past the checks of TypeScript"), () => {
  const supports = {
    count: 3,
    bins: 4,
    starts: Int32Array.of(0, 2, 3, 6),
    indices: Int32Array.of(0, 2, 1, 0, 1, 3),
    masses: Float64Array.of(0.5, 0.5, 1, 0.25, 0.25, 0.5),
  };
  const cost = Float64Array.of(0, 1, 2, 3, 1, 0, 1, 2, 2, 1, 0, 1, 3, 2, 1, 0);
  const problem = { cost, epsilon: 0.5, tolerance: 1e-6, maxIterations: 100, self: new Float64Array(3) };
  const batch = {
    from: 0,
    to: 3,
    values: new Float64Array(3),
    storedPairs: 3,
    storedNumbers: 4,
    rowStarts: Float64Array.of(0, 3, 4),
    potentials: new Float32Array(4),
    present: new Uint8Array(3),
    statistics: new Float64Array(4),
  };
  const prepared = () => {
    const plan = addon!.createPairs(supports);
    addon!.preparePairs(plan, problem);
    return plan;
  };

  it("solves what fits", () => {
    addon!.solvePairs(prepared(), batch);
    expect(batch.present).toEqual(Uint8Array.of(1, 1, 1));
    expect(batch.values.every((value) => value > 0)).toBe(true);
  });

  it.each<[what: string, change: object]>([
    ["no histograms", { count: 0 }],
    ["more histograms than pairs can be numbered", { count: 65537 }],
    ["no bins", { bins: 0 }],
    ["an index beyond the bins", { indices: Int32Array.of(0, 2, 1, 0, 1, 4) }],
    ["a negative index", { indices: Int32Array.of(-1, 2, 1, 0, 1, 3) }],
    ["short indices", { indices: new Int32Array(5) }],
    ["short masses", { masses: new Float64Array(5).fill(1) }],
    ["a mass of zero", { masses: Float64Array.of(0, 1, 1, 0.25, 0.25, 0.5) }],
    ["an empty histogram", { starts: Int32Array.of(0, 2, 2, 6) }],
    ["starts that do not begin at zero", { starts: Int32Array.of(-2, 2, 3, 6) }],
    ["short starts", { starts: Int32Array.of(0, 2, 3) }],
  ])("refuses supports with %s", (_, change) => {
    expect(() => addon!.createPairs({ ...supports, ...change })).toThrow();
  });

  it.each<[what: string, change: object]>([
    ["a short cost", { cost: new Float64Array(15) }],
    ["nowhere to write self values", { self: new Float64Array(2) }],
    ["epsilon zero", { epsilon: 0 }],
    ["no iterations", { maxIterations: 0 }],
  ])("refuses a problem with %s", (_, change) => {
    expect(() => addon!.preparePairs(addon!.createPairs(supports), { ...problem, ...change })).toThrow();
  });

  it.each<[what: string, change: object]>([
    ["a range beyond the pairs", { to: 4 }],
    ["a range that runs backwards", { from: 2, to: 1 }],
    ["short values", { values: new Float64Array(2) }],
    ["short statistics", { statistics: new Float64Array(3) }],
    ["more stored pairs than there are", { storedPairs: 4, present: new Uint8Array(4) }],
    ["a negative number of stored pairs", { storedPairs: -1 }],
    ["fewer numbers than the stored pairs take", { storedNumbers: 3 }],
    ["fewer potentials than it says", { potentials: new Float32Array(3) }],
    ["rows that start elsewhere", { rowStarts: Float64Array.of(0, 2, 4) }],
    ["short marks", { present: new Uint8Array(2) }],
  ])("refuses a batch with %s", (_, change) => {
    const plan = prepared();
    expect(() => addon!.solvePairs(plan, { ...batch, ...change })).toThrow();
  });

  it("refuses to solve before there is a cost, and without a plan", () => {
    expect(() => addon!.solvePairs(addon!.createPairs(supports), batch)).toThrow();
    expect(() => addon!.solvePairs({} as never, batch)).toThrow();
  });
});
