import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LossName } from "../../../models/wdl/losses.ts";
import type { BarycenterOperator, DataTerm, Factors } from "../../../models/wdl/operator.ts";
import { hostOperator } from "../../../models/wdl/operator-host.ts";
import { nativeOperator } from "../../../models/wdl/operator-native.ts";
import { affine } from "../../../models/wdl/simplex.ts";
import type { Geometry } from "../../../src/geometry/geometry.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { sizeOf } from "../../../src/tensor/ndarray.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../../../src/transport/barycenter/options.ts";
import { relativeNorm } from "../../support/allclose.ts";
import { dataTerm, randomFactors, randomRows } from "../../support/wdl.ts";

const { addon, detail } = nativeStatus();
const LOSSES = ["tv", "quadratic", "kl"] as const satisfies readonly LossName[];

/** float32, and sums of a few thousand terms. */
const VALUE = 1e-5;
const GRADIENT = 1e-4;

function native(geometry: Geometry, options: BarycenterOptions): BarycenterOperator {
  const operator = nativeOperator(geometry, options);
  if (!operator) throw new Error("expected the native kernels to cover this case");
  return operator;
}

/**
 * Gradient with respect to the logits of the atoms, up to a constant a row: d * dL/dd. The gradient itself may be larger
 * than any number where an atom has no mass.
 */
function massGradient({ atoms }: Factors, gradient: Factors): Float64Array {
  return gradient.atoms.map((slope, index) => (atoms[index] > 0 ? slope * atoms[index] : 0));
}

/** Within `relative` of the norm; a gradient that is zero, as on one pixel, is met to float32. */
function expectNear(actual: Float64Array, expected: Float64Array, relative = GRADIENT, absolute = 1e-6): void {
  const difference = Math.hypot(...actual.map((value, index) => value - expected[index]));
  expect(difference).toBeLessThan(relative * Math.hypot(...expected) + absolute);
}

interface Problem {
  readonly factors: Factors;
  readonly start?: Float32Array | undefined;
  readonly term: DataTerm;
  readonly pixels: number;
  readonly options: BarycenterOptions;
}

/** Compares everything that the operator computes. */
async function expectSame(
  actual: BarycenterOperator,
  expected: BarycenterOperator,
  { factors, start, term, pixels, options }: Problem,
): Promise<void> {
  const [mine, other] = [
    await actual.lossAndGradient(factors, start, term),
    await expected.lossAndGradient(factors, start, term),
  ];
  expect([mine.value]).toBeAllclose([other.value], { relative: VALUE, absolute: 1e-6 });
  expectNear(massGradient(factors, mine.gradient), massGradient(factors, other.gradient));
  // Training moves weights only in directions that keep their sum. The rest is a sum over the iterations in which nearly
  // everything cancels, and with it some digits of float32.
  const count = factors.atoms.length / pixels;
  const tangent = (gradient: Factors) => affine.backward(gradient.weights, factors.weights, count);
  expectNear(tangent(mine.gradient), tangent(other.gradient));
  // p is homogeneous in the weights of degree 1 / power, which such a sum is multiplied by.
  const { power } = resolveBarycenterOptions(options);
  expectNear(mine.gradient.weights, other.gradient.weights, 10 * GRADIENT, power === 0 ? undefined : 1e-6 / power);
  const images = await expected.barycenters(factors, start);
  expect(relativeNorm(await actual.barycenters(factors, start), images)).toBeLessThan(VALUE);
  const logs = await expected.logScalings(factors, start);
  expect(await actual.logScalings(factors, start)).toBeAllclose(logs, { relative: 1e-5, absolute: 1e-4 });
}

/** Two atoms on 9 x 21 pixels, discs with nothing around them: kernels of small epsilon do not reach from one to the other. */
const discs = Float64Array.from({ length: 2 * 189 }, (_, index) => {
  const [row, column] = [Math.floor((index % 189) / 21), index % 21];
  const centre = index < 189 ? 3 : 17;
  return (row - 4) ** 2 + (column - centre) ** 2 <= 4 ? 1 / 13 : 0;
});

/** The operator's variants; rho relative to epsilon. */
const VARIANTS: Readonly<Record<string, { readonly heavyBall?: number; readonly ratio?: number }>> = {
  plain: {},
  "heavy-ball": { heavyBall: -0.1 },
  unbalanced: { ratio: 2 },
  "heavy-ball and unbalanced": { heavyBall: -0.3, ratio: 0.5 },
  "almost balanced": { ratio: 1e4 },
};

function variantOptions(name: string, epsilon: number): Pick<BarycenterOptions, "heavyBall" | "rho"> {
  const { heavyBall = 0, ratio = Infinity } = VARIANTS[name];
  return { heavyBall, rho: ratio * epsilon };
}

/** Rows with an exact corner of the simplex, an exact zero, and, where the variant takes it, a negative weight. */
function withEdges({ atoms, weights }: Factors, count: number, rho = Infinity): Factors {
  const edges = [[1], [0, 1], rho === Infinity ? [-0.2, 0.5, 0.7] : [0.5, 0, 2]].filter((row) => row.length <= count);
  const rows = edges.flatMap((row) => Array.from({ length: count }, (_, s) => row[s] ?? 0));
  return { atoms, weights: Float64Array.of(...weights, ...rows) };
}

describe.skipIf(!addon)(addon ? "native operator" : `native operator (skipped: ${detail})`, () => {
  const shapes: readonly [size: readonly number[], atoms: number][] = [
    [[33], 3],
    [[1, 33], 2],
    [[33, 1], 2],
    [[7, 33], 3],
    [[16, 16], 5],
    [[31, 65], 1],
    [[1], 2],
    [[9, 6, 5], 3],
    [[3, 18, 2], 2],
  ];

  const cases = shapes.flatMap(([size, atoms]) =>
    Object.keys(VARIANTS).map((variant) => [size, atoms, variant] as const),
  );
  describe.each(cases)("on %j with %i atoms, %s", (size, atoms, variant) => {
    const geometry = grid({ size });
    const pixels = geometry.shape[0];
    const options = { epsilon: 2, iterations: 7, ...variantOptions(variant, 2) };
    const factors = withEdges(randomFactors(3, atoms, pixels, 5), atoms, options.rho);
    const points = factors.weights.length / atoms;

    it.each(LOSSES)("equals the host's for %s", async (loss) => {
      const term = dataTerm(loss, geometry, 2, randomRows(points, pixels, 8));
      await expectSame(native(geometry, options), hostOperator(geometry, options), { factors, term, pixels, options });
    });

    it("equals the host's from a warm start", async () => {
      const term = dataTerm("kl", geometry, 2, randomRows(points, pixels, 8));
      const host = hostOperator(geometry, options);
      const start = await host.logScalings(factors, undefined);
      await expectSame(native(geometry, options), host, { factors, start, term, pixels, options });
    });
  });

  const spaced = [grid({ size: [9, 14], spacing: [0.5, 1.3] }), grid({ size: [7, 3, 6], spacing: [0.5, 2, 1.3] })];
  const spacedCases = spaced.flatMap((geometry) =>
    Object.keys(VARIANTS).map((variant) => [geometry.size, variant, geometry] as const),
  );
  it.each(spacedCases)("takes a spacing and pixels without mass, on %j, %s", async (_, variant, geometry) => {
    const pixels = 126;
    const options = { epsilon: 3, iterations: 10, ...variantOptions(variant, 3) };
    const factors = withEdges(randomFactors(2, 3, pixels, 15, 0.5), 3, options.rho);
    for (const loss of LOSSES) {
      const term = dataTerm(loss, geometry, 3, randomRows(5, pixels, 18, 0.3));
      await expectSame(native(geometry, options), hostOperator(geometry, options), { factors, term, pixels, options });
    }
  });

  it("equals the host's for random problems", async () => {
    const problems = fc.record({
      size: fc
        .array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 })
        .filter((size) => sizeOf(size) <= 1000),
      atoms: fc.integer({ min: 1, max: 4 }),
      points: fc.integer({ min: 1, max: 20 }),
      epsilon: fc.double({ min: 0.3, max: 50, noNaN: true }),
      iterations: fc.integer({ min: 1, max: 12 }),
      loss: fc.constantFrom(...LOSSES),
      seed: fc.integer({ min: 0, max: 1e6 }),
      warm: fc.boolean(),
      variant: fc.constantFrom(...Object.keys(VARIANTS)),
      zeroShare: fc.constantFrom(0, 0.3),
    });
    await fc.assert(
      fc.asyncProperty(problems, async ({ size, atoms, points, seed, warm, variant, zeroShare, ...drawn }) => {
        const { epsilon, iterations, loss } = drawn;
        const geometry = grid({ size });
        const pixels = geometry.shape[0];
        const options = { epsilon, iterations, ...variantOptions(variant, epsilon) };
        const factors = randomFactors(points, atoms, pixels, seed, zeroShare);
        const host = hostOperator(geometry, options);
        const start = warm
          ? await host.logScalings(randomFactors(points, atoms, pixels, seed + 1), undefined)
          : undefined;
        // the slope of |p - x| jumps at p = x, which one pixel or a single atom may meet exactly
        const data = randomRows(points, pixels, seed + 50).map((mass) => (loss === "tv" ? 0.7 * mass : mass));
        const term = dataTerm(loss, geometry, epsilon, data);
        await expectSame(native(geometry, options), host, { factors, start, term, pixels, options });
      }),
      { numRuns: 60 },
    );
  });

  /** Against log-sum-exp throughout, which leaves the range for no epsilon. */
  const range = [0.1, 0.25, 0.5, 1, 2, 4, 7, 20, 50].flatMap((epsilon) =>
    Object.keys(VARIANTS).map((variant) => [epsilon, variant] as const),
  );
  describe.each(range)("stays in range at epsilon %d, %s", (epsilon, variant) => {
    const geometry = grid({ size: [9, 21] });
    const [atoms, pixels] = [discs, 189];
    const given = variantOptions(variant, epsilon);
    const outside = given.rho === Infinity ? [1.3, -0.3, 3, -2] : [1.3, 0, 3, 2]; // of the simplex
    const weights = Float64Array.of(0.5, 0.5, 0.9, 0.1, 1, 0, 0, 1, ...outside);
    const data = randomRows(6, pixels, 3, 0.5);

    it.each([
      ["cold", 15, false],
      ["warm-started", 5, true],
    ])("%s", async (_, iterations, warm) => {
      const options = { epsilon, iterations, ...given };
      const exact = hostOperator(geometry, { ...options, domain: "log" });
      const start = warm ? await exact.logScalings({ atoms, weights }, undefined) : undefined;
      const term = dataTerm("kl", geometry, epsilon, data);
      await expectSame(native(geometry, options), exact, { factors: { atoms, weights }, start, term, pixels, options });
    });

    it("after many warm starts", async () => {
      const options = { epsilon, iterations: 2, ...given };
      const factors = { atoms, weights };
      const [operator, exact] = [native(geometry, options), hostOperator(geometry, { ...options, domain: "log" })];
      let [mine, other]: (Float32Array | undefined)[] = [undefined, undefined];
      for (let restart = 0; restart < 25; restart++) {
        mine = await operator.logScalings(factors, mine);
        other = await exact.logScalings(factors, other);
      }
      const images = await exact.barycenters(factors, other);
      expect(relativeNorm(await operator.barycenters(factors, mine), images)).toBeLessThan(1e-4);
    });
  });

  it("leaves float32 where negative weights take the barycenter, but no scaling, out of its range", async () => {
    const geometry = grid({ size: [9, 21] });
    const options = { epsilon: 4, iterations: 5 };
    const factors = { atoms: discs, weights: Float64Array.of(6, -5) };
    const exact = hostOperator(geometry, { ...options, domain: "log" });
    const expected = await exact.logScalings(factors, undefined);
    expect(Math.max(...expected)).toBeGreaterThan(88); // exp(88) is the largest float32
    expect(await native(geometry, options).logScalings(factors, undefined)).toBeAllclose(expected, { relative: 1e-6 });
  });

  it("refuses values that are not masses or weights, as the host does", async () => {
    const geometry = grid({ size: [4] });
    const operator = native(geometry, { epsilon: 1, iterations: 2 });
    const atoms = Float64Array.of(0.25, 0.25, 0.25, 0.25);
    const weights = Float64Array.of(1);
    await expect(operator.barycenters({ atoms: atoms.map(() => NaN), weights })).rejects.toThrow(/atoms must be >= 0/);
    await expect(operator.barycenters({ atoms, weights: Float64Array.of(NaN) })).rejects.toThrow(/must be finite/);
  });

  it("of no data points is empty", async () => {
    const operator = native(grid({ size: [4] }), { epsilon: 1, iterations: 2 });
    const atoms = new Float64Array(4).fill(0.25);
    expect(await operator.barycenters({ atoms, weights: new Float64Array(0) })).toHaveLength(0);
  });

  it("gives the same bits when called again, with another number of atoms between", async () => {
    const geometry = grid({ size: [7, 33] });
    const operator = native(geometry, { epsilon: 2, iterations: 5 });
    const term = dataTerm("kl", geometry, 2, randomRows(4, 231, 8));
    const factors = randomFactors(4, 3, 231, 5);
    const first = await operator.lossAndGradient(factors, undefined, term);
    await operator.lossAndGradient(randomFactors(4, 2, 231, 6), undefined, term);
    expect(await operator.lossAndGradient(factors, undefined, term)).toEqual(first);
  });

  it("pulls back the slopes of losses that are not native", async () => {
    const geometry = grid({ size: [5, 4] });
    const pixels = 20;
    const options = { epsilon: 2, iterations: 5 };
    const factors = randomFactors(2, 2, 20, 5);
    const term = dataTerm("wasserstein-normalized", geometry, 2, randomRows(2, 20, 8));
    await expectSame(native(geometry, options), hostOperator(geometry, options), { factors, term, pixels, options });
  });
});

describe("cases that the native kernels do not cover", () => {
  const plane = grid({ size: [4, 4] });
  const options = { epsilon: 1, iterations: 2 };
  const dense = denseGeometry(plane.costMatrix());

  it.each<[name: string, geometry: Geometry, options: BarycenterOptions]>([
    ["a domain that was asked for", plane, { ...options, domain: "log" }],
    ["a dense cost", dense, options],
  ])("%s", (_, geometry, given) => {
    expect(nativeOperator(geometry, given)).toBeUndefined();
  });
});
