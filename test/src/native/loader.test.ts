import { describe, expect, it } from "vitest";
import type { BarycenterBatch } from "../../../src/native/barycenter.ts";
import { nativeStatus, type NativeAddon } from "../../../src/native/loader.ts";
import { relativeNorm } from "../../support/allclose.ts";
import { printedBy } from "../../support/children.ts";
import { itOnEachSet } from "../../support/instruction-sets.ts";

const { addon, detail } = nativeStatus();
const suite = (name: string): string => (addon ? name : `${name} (skipped: ${detail})`);

interface Output {
  readonly status: string;
  readonly operator: string;
  readonly pausesChangeNothing: boolean;
  /** One a ground cost and variant. */
  readonly results: readonly { readonly value: number; readonly atoms: number[]; readonly weights: number[] }[];
}

const gradientWith = (environment: Record<string, string>) => printedBy<Output>("native-gradient", environment);

describe("OTLEARN_NATIVE=0", () => {
  it("switches the kernels off", async () => {
    const { status, operator } = await gradientWith({ OTLEARN_NATIVE: "0" });
    expect(status).toBe("switched off by OTLEARN_NATIVE=0");
    expect(operator).toBe("host float64");
  });
});

describe.skipIf(!addon)(suite("native kernels"), () => {
  it("give the same bits for any number of threads, in one piece and with pauses", async () => {
    const [one, two, eight] = await Promise.all(
      ["1", "2", "8"].map((OTLEARN_THREADS) => gradientWith({ OTLEARN_THREADS })),
    );
    expect([one, two, eight].map(({ status }) => status.split(", ")[1])).toEqual([
      "1 threads",
      "2 threads",
      "8 threads",
    ]);
    expect(two.results).toEqual(one.results);
    for (const { pausesChangeNothing } of [one, two, eight]) expect(pausesChangeNothing).toBe(true);
    expect(eight.results).toEqual(one.results);
  });

  it.each(["0", "-3", "many"])("take all cores for OTLEARN_THREADS=%s", async (OTLEARN_THREADS) => {
    const [odd, all] = await Promise.all([gradientWith({ OTLEARN_THREADS }), gradientWith({ OTLEARN_THREADS: "" })]);
    expect(odd.status).toBe(all.status);
  });

  itOnEachSet("agree with the host to float32 rounding", async (environment) => {
    const [host, { results, operator, status }] = await Promise.all([
      gradientWith({ OTLEARN_NATIVE: "0" }),
      gradientWith(environment),
    ]);
    expect(status.split(", ")[0]).toBe(environment.OTLEARN_ISA);
    expect(operator).toContain(`native float32 (${environment.OTLEARN_ISA}, `);
    expect(results).toHaveLength(host.results.length);
    results.forEach((result, variant) => {
      const expected = host.results[variant];
      expect([result.value]).toBeAllclose([expected.value], { relative: 1e-6, absolute: 0 });
      expect(relativeNorm(result.atoms, expected.atoms)).toBeLessThan(1e-5);
      expect(relativeNorm(result.weights, expected.weights)).toBeLessThan(1e-5);
    });
  });
});

describe.skipIf(!addon)(suite("the addon"), () => {
  const { createBarycenter, runBarycenter } = addon ?? {};
  const depth = { size: 1, radius32: 0, radius64: 0, taps: Float64Array.of(1) };
  const down = { size: 2, radius32: 1, radius64: 1, taps: Float64Array.of(1, 0.5) };
  const across = { size: 3, radius32: 1, radius64: 2, taps: Float64Array.of(1, 0.5, 0.1) };
  const settings: Parameters<NativeAddon["createBarycenter"]>[0] = {
    dense: false,
    depth,
    down,
    across,
    atoms: 1,
    iterations: 2,
    memory: 0,
    update: 1,
    power: 0,
    debiased: false,
    wide: false,
  };
  const batch: BarycenterBatch = {
    begins: true,
    seconds: Infinity,
    points: 1,
    cost: undefined,
    loss: 1,
    atoms: new Float64Array(6).fill(1 / 6),
    weights: Float64Array.of(1),
    start: undefined,
    wideStart: undefined,
    targets: undefined,
    barycenters: new Float64Array(6),
    logScalings: undefined,
    wideLogScalings: undefined,
    tolerance: 0,
    errors: undefined,
    iterationsDone: undefined,
    losses: undefined,
    gradientAtoms: undefined,
    gradientWeights: undefined,
    done: new Uint8Array(1),
  };

  const dense: Parameters<NativeAddon["createBarycenter"]>[0] = {
    dense: true,
    points: 6,
    epsilon: 1,
    symmetric: true,
    atoms: 1,
    iterations: 2,
    memory: 0,
    update: 1,
    power: 0,
    debiased: false,
    wide: false,
  };

  it("runs what fits", () => {
    runBarycenter!(createBarycenter!(settings), batch);
    expect(batch.done).toEqual(Uint8Array.of(1));
    expect(batch.barycenters!.every((mass) => mass > 0)).toBe(true);
  });

  it.each<[what: string, change: object]>([
    ["no pixels", { depth: { ...depth, size: 0 } }],
    ["a negative number of atoms", { atoms: -1 }],
    ["no iterations", { iterations: 0 }],
    [
      "more numbers than memory holds",
      { depth: { ...depth, size: 2 ** 30 }, down: { ...down, size: 2 ** 30 }, iterations: 2 ** 30 },
    ],
    ["a band beyond the grid", { down: { ...down, radius64: 2, taps: new Float64Array(3) } }],
    ["a float32 band beyond the float64 one", { down: { ...down, radius32: 2 } }],
    ["too few taps", { across: { ...across, taps: Float64Array.of(1, 0.5) } }],
    ["taps of another type", { across: { ...across, taps: Float32Array.of(1, 0.5, 0.1) } }],
    ["a memory above 0", { memory: 0.1 }],
    ["no update", { update: 0 }],
    ["a power that is no number", { power: NaN }],
    ["a debiased power", { debiased: true, power: 0.5 }],
    ["text for a number", { across: { ...across, size: "3" } }],
    ["a missing axis", { depth: undefined }],
    ["a missing number", { across: { ...across, size: undefined } }],
  ])("refuses a plan with %s", (_, change) => {
    expect(() => createBarycenter!({ ...settings, ...change })).toThrow();
  });

  it.each<[what: string, change: object]>([
    ["no points", { points: 0 }],
    ["more costs than memory holds", { points: 2 ** 30 }],
    ["epsilon 0", { epsilon: 0 }],
    ["no word on symmetry", { symmetric: undefined }],
    ["debiased costs that are not symmetric", { debiased: true, symmetric: false }],
    ["no word on its kind", { dense: undefined }],
  ])("refuses a dense plan with %s", (_, change) => {
    expect(() => createBarycenter!({ ...dense, ...change })).toThrow();
  });

  it("runs a dense batch that brings its costs, and no other", () => {
    const plan = createBarycenter!(dense);
    const cost = new Float64Array(36).map((_, index) => Math.abs(Math.floor(index / 6) - (index % 6)));
    expect(() => runBarycenter!(plan, batch)).toThrow(/cost/);
    expect(() => runBarycenter!(plan, { ...batch, cost: cost.subarray(1) })).toThrow(/cost/);
    runBarycenter!(plan, { ...batch, cost });
    expect(batch.done).toEqual(Uint8Array.of(1));
  });

  it.each<[what: string, change: object, plan?: object]>([
    ["short atoms", { atoms: new Float64Array(5) }],
    ["no atoms", { atoms: undefined }],
    ["weights of another type", { weights: Float32Array.of(1) }],
    ["short weights", { points: 2, done: new Uint8Array(2) }],
    ["a short start", { start: new Float32Array(5) }],
    ["short targets", { targets: new Float64Array(5) }],
    ["targets and nowhere to write gradients", { targets: new Float64Array(6) }],
    ["short barycenters", { barycenters: new Float64Array(5) }],
    ["one side of a start where the plan takes two", { start: new Float32Array(6) }, { memory: -0.1, update: 1.1 }],
    ["a debiased start without log D", { start: new Float32Array(6) }, { debiased: true }],
    ["short log-scalings", { logScalings: new Float32Array(5) }],
    ["nowhere to mark points", { done: new Uint8Array(0) }],
    ["a list for an array", { atoms: [1, 0, 0, 0, 0, 0] }],
    ["a view that outlived its buffer", { atoms: detached() }],
  ])("refuses a batch with %s", (_, change, plan) => {
    expect(() => runBarycenter!(createBarycenter!({ ...settings, ...plan }), { ...batch, ...change })).toThrow();
  });

  it.each([[undefined], [{}], [null], [7]])("refuses %s for a plan", (plan) => {
    expect(() => runBarycenter!(plan as never, batch)).toThrow();
  });
});

function detached(): Float64Array {
  const view = new Float64Array(6);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}
