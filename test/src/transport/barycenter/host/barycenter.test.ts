import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, RunError } from "../../../../../src/errors.ts";
import type { Geometry } from "../../../../../src/geometry/geometry.ts";
import { denseGeometry } from "../../../../../src/geometry/dense.ts";
import { grid } from "../../../../../src/geometry/grid.ts";
import { ndarray, toFloat64 } from "../../../../../src/tensor/ndarray.ts";
import {
  hostBarycenter,
  hostBarycenterGradient,
  type HostBarycenterOptions,
} from "../../../../../src/transport/barycenter/host/barycenter.ts";
import type { BarycenterDomain } from "../../../../../src/transport/barycenter/options.ts";
import type { BarycenterProblem } from "../../../../../src/transport/barycenter/problem.ts";
import { relativeNorm } from "../../../../support/allclose.ts";
import {
  barycenterExpectations,
  geometries,
  geometryFor,
  randomProblem,
  rowsOf,
  variants,
} from "../../../../support/barycenter.ts";
import { dot, points, randomHistogram, randomNormal } from "../../../../support/problems.ts";

const DOMAINS: readonly BarycenterDomain[] = ["scaling", "log", "auto"];

describe.each(DOMAINS)("reference values, domain %s", (domain) => {
  it.each(barycenterExpectations)("$label", ({ problem, options, p, losses }) => {
    const { barycenters, backward } = hostBarycenter(problem, { ...options, domain });
    expect(relativeNorm(barycenters.data, p)).toBeLessThan(1e-9);
    for (const [loss, { gradientP, gradientAtoms, gradientWeights }] of losses) {
      const gradients = backward(ndarray(Float64Array.from(gradientP), [1, p.length]));
      expect(relativeNorm(gradients.gradientAtoms.data, gradientAtoms), `${loss}, atoms`).toBeLessThan(1e-9);
      expect(relativeNorm(gradients.gradientWeights.data, gradientWeights), `${loss}, weights`).toBeLessThan(1e-9);
    }
  });
});

describe("gradients against central differences", () => {
  const cases = geometries.flatMap(([geometryName, geometry]) =>
    variants.flatMap(([variant, options]) =>
      (["scaling", "log"] as const).flatMap((domain) =>
        [false, true].map((warm) => ({
          label: `${geometryName}, ${variant}, ${domain}${warm ? ", warm start" : ""}`,
          geometry: geometryFor(options, geometry),
          options: { epsilon: 0.8, iterations: 4, domain, ...options },
          warm,
        })),
      ),
    ),
  );
  it.each(cases)("$label", ({ geometry, options, warm }) => {
    const problem = warm ? warmed(randomProblem(geometry, 3, 5), options) : randomProblem(geometry, 3, 5);
    expectGradientsMatchDifferences(problem, options);
  });

  it("negative weights", () => {
    const problem = { ...randomProblem(geometries[1][1], 3, 8, 0), weights: points([[1.4, -0.3, -0.1]]) };
    for (const domain of DOMAINS) expectGradientsMatchDifferences(problem, { epsilon: 1, iterations: 3, domain });
  });

  it.each(["scaling", "log"] as const)("at pixels without mass, from the right, %s", (domain) => {
    const problem = randomProblem(grid({ size: [5] }), 2, 3, 0.5);
    const options = { epsilon: 1.5, iterations: 3, domain };
    const upstream = randomNormal(15, 9);
    const loss = (atoms: Float64Array): number =>
      dot(hostBarycenter({ ...problem, atoms: ndarray(atoms, [2, 5]) }, options).barycenters.data, upstream);
    const { gradientAtoms } = hostBarycenter(problem, options).backward(ndarray(upstream, [3, 5]));
    const step = 1e-5;
    const empty = [...problem.atoms.data.keys()].filter((index) => problem.atoms.data[index] === 0);
    expect(empty.length).toBeGreaterThan(1);
    for (const index of empty) {
      const moved = (steps: number): number => {
        const atoms = Float64Array.from(problem.atoms.data);
        atoms[index] = steps * step;
        return loss(atoms);
      };
      const difference = (4 * moved(1) - moved(2) - 3 * moved(0)) / (2 * step); // second order
      expect(gradientAtoms.data[index]).toBeCloseTo(difference, 6);
    }
  });
});

describe("warm start", () => {
  it.each(variants)("%s: 3 + 4 iterations are 7", (_, options) => {
    for (const domain of ["scaling", "log"] as const) {
      const problem = randomProblem(grid({ size: [5, 4] }), 3, 11);
      const settings = { epsilon: 1.3, domain, ...options };
      const start = hostBarycenter(problem, { ...settings, iterations: 3 }).logScalings;
      const resumed = hostBarycenter({ ...problem, start }, { ...settings, iterations: 4 });
      const straight = hostBarycenter(problem, { ...settings, iterations: 7 });
      expect(resumed.barycenters.data).toBeAllclose(straight.barycenters.data);
      expect(resumed.logScalings.data).toBeAllclose(straight.logScalings.data);
    }
  });

  it("survives storage in float32", () => {
    const problem = randomProblem(grid({ size: [30] }), 3, 12);
    const options = { epsilon: 0.05, iterations: 20 };
    const { logScalings } = hostBarycenter(problem, options);
    const stored = ndarray(Float32Array.from(logScalings.data), logScalings.shape);
    expect(stored.data.every(Number.isFinite)).toBe(true);
    const resumed = hostBarycenter({ ...problem, start: stored }, options).barycenters.data;
    const exact = hostBarycenter({ ...problem, start: logScalings }, options).barycenters.data;
    expect(resumed).toBeAllclose(exact, { relative: 1e-2, absolute: 1e-6 }); // log-scalings near 1e4 at 7 digits
  });
});

describe("auto", () => {
  // Each atom lives in its own third of the rows; at gamma 0.1 the far ones are exp(-810) away.
  const mixed = randomProblem(grid({ size: [14, 8] }), 3, 21, 0.3);
  const inOwnRows = (mass: number, index: number): number =>
    Math.floor((index % 112) / 40) === Math.floor(index / 112) ? mass : 0;
  const problem = { ...mixed, atoms: ndarray(toFloat64(mixed.atoms).data.map(inOwnRows), mixed.atoms.shape) };
  const upstream = ndarray(randomNormal(3 * 112, 22), [3, 112]);

  it.each([0.1, 0.2, 0.5, 1, 2, 5, 10, 50])("equals the log domain at gamma %d", (epsilon) => {
    for (const [, variant] of variants) {
      const options = { epsilon, iterations: 6, ...variant };
      const exact = gradientsOf(problem, { ...options, domain: "log" }, upstream.data);
      const auto = gradientsOf(problem, { ...options, domain: "auto" }, upstream.data);
      const banded = gradientsOf(problem, { ...options, domain: "auto", precision: "float32" }, upstream.data);
      for (const read of [
        (found: typeof exact) => found.barycenters.data,
        (found: typeof exact) => found.gradientWeights.data,
        // Times the mass: at empty pixels the gradient itself goes beyond 1e200 here.
        (found: typeof exact) => found.gradientAtoms.data.map((value, i) => value * problem.atoms.data[i]),
      ]) {
        expect(relativeNorm(read(auto), read(exact))).toBeLessThan(1e-10);
        expect(relativeNorm(read(banded), read(exact))).toBeLessThan(1e-6);
      }
      expect(auto.gradientAtoms.data.every(Number.isFinite)).toBe(true);
      expect(auto.logScalings.data).toBeAllclose(exact.logScalings.data, { relative: 1e-9, absolute: 1e-8 });
    }
  });

  it("is needed: at small gamma plain scalings are out of range", () => {
    const options = { epsilon: 0.1, iterations: 6 };
    const scaling = () => hostBarycenter(problem, { ...options, domain: "scaling" });
    const auto = hostBarycenter(problem, options).barycenters.data;
    expect(scaling).toThrow(RunError);
    expect(auto.every(Number.isFinite)).toBe(true);
  });
});

describe("one pass and segments", () => {
  it.each(variants)("%s: recomputing segments changes nothing", (_, variant) => {
    const problem = randomProblem(grid({ size: [4, 4] }), 2, 31);
    for (const domain of ["scaling", "log"] as const) {
      const options = { epsilon: 1, iterations: 11, domain, ...variant };
      const upstream = randomNormal(48, 32);
      const kept = gradientsOf(problem, options, upstream);
      const recomputed = gradientsOf(problem, { ...options, byteLimit: 0 }, upstream);
      expect(recomputed.gradientAtoms.data).toEqual(kept.gradientAtoms.data);
      expect(recomputed.gradientWeights.data).toEqual(kept.gradientWeights.data);
      expect(recomputed.barycenters.data).toEqual(kept.barycenters.data);
    }
  });

  it("backward equals the one-pass form", () => {
    const problem = randomProblem(grid({ size: [4, 4] }), 2, 33);
    const options = { epsilon: 1, iterations: 5 };
    const { barycenters, backward } = hostBarycenter(problem, options);
    const twice = backward(
      ndarray(
        barycenters.data.map((mass) => 2 * mass),
        barycenters.shape,
      ),
    );
    const once = hostBarycenterGradient(problem, options, (_, p, out) => p.forEach((mass, i) => (out[i] = 2 * mass)));
    expect(once.gradientAtoms.data).toEqual(twice.gradientAtoms.data);
    expect(once.gradientWeights.data).toEqual(twice.gradientWeights.data);
  });

  it("keeps data points apart", () => {
    const problem = randomProblem(grid({ size: [6] }), 3, 34);
    const options = { epsilon: 1, iterations: 5 };
    const together = rowsOf(hostBarycenter(problem, options).barycenters);
    rowsOf(problem.weights).forEach((row, point) => {
      const alone = hostBarycenter({ ...problem, weights: ndarray(row, [1, 3]) }, options);
      expect(alone.barycenters.data).toEqual(together[point]);
    });
  });
});

describe("properties", () => {
  it("a weight of 1 gives that atom, blurred by the kernel: K^T (d / K 1)", () => {
    const geometry = geometries[3][1];
    const problem = randomProblem(geometry, 3, 41);
    const kernel = geometry.hostKernel(0.5);
    const ones = kernel.apply(new Float64Array(7).fill(1), new Float64Array(7));
    const ratio = ones.map((value, i) => problem.atoms.data[i] / value);
    const blurred = kernel.applyTranspose(ratio, new Float64Array(7));
    for (const iterations of [1, 30]) {
      const { barycenters } = hostBarycenter(problem, { epsilon: 0.5, iterations });
      expect(rowsOf(barycenters)[1]).toBeAllclose(blurred);
    }
  });

  it("the order of atoms does not matter, the mass stays at most one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0.2, max: 20, noNaN: true }), (seed, epsilon) => {
        const rows = [0, 1, 2].map((s) => [...randomHistogram(12, seed + s, 0.3)]);
        const weights = [...randomHistogram(3, seed + 7)];
        const solve = (order: number[]): Float64Array =>
          hostBarycenter(
            {
              geometry: grid({ size: [12] }),
              atoms: points(order.map((s) => rows[s])),
              weights: points([order.map((s) => weights[s])]),
            },
            { epsilon, iterations: 5 },
          ).barycenters.data;
        const p = solve([0, 1, 2]);
        expect(solve([2, 0, 1])).toBeAllclose(p);
        expect(p.reduce((sum, mass) => sum + mass, 0)).toBeLessThan(1 + 1e-12);
      }),
      { numRuns: 30 },
    );
  });
});

describe("bad input", () => {
  const good = randomProblem(grid({ size: [3] }), 2, 51, 0);
  const options = { epsilon: 1, iterations: 2 };
  it.each<[string, Partial<BarycenterProblem>, Partial<HostBarycenterOptions>, RegExp]>([
    ["atoms of another size", { atoms: points([[1, 2]]) }, {}, /atoms must be \[S, 3\].*got \[1, 2\]/],
    ["weights of another size", { weights: points([[1, 0, 0]]) }, {}, /weights must be \[B, 2\].*got \[1, 3\]/],
    ["negative mass", { atoms: points([[1, 0, 1], [1, -1, 2]]) }, {}, />= 0 and finite, got -1 in atom 1 at point 1/], // prettier-ignore
    ["NaN mass", { atoms: points([[1, NaN, 1], [1, 1, 2]]) }, {}, /got NaN in atom 0 at point 1/], // prettier-ignore
    ["an empty atom", { atoms: points([[1, 0, 1], [0, 0, 0]]) }, {}, /atom 1 must have a positive finite mass/], // prettier-ignore
    ["NaN weights", { weights: points([[NaN, 1]]) }, {}, /weights must be finite/],
    ["negative unbalanced weights", { weights: points([[-1, 2]]) }, { rho: 1 }, /unbalanced weights.*row 0/],
    ["a start without the side of heavy-ball", { start: ndarray(new Float64Array(18), [3, 1, 2, 3]) }, { heavyBall: -0.1 }, /start .* must be \[3, 2, 2, 3\]/], // prettier-ignore
    ["a start without D", { start: ndarray(new Float64Array(18), [3, 1, 2, 3]) }, { debiased: true }, /start .* must be \[3, 1, 3, 3\]/], // prettier-ignore
    ["epsilon 0", {}, { epsilon: 0 }, /epsilon: expected/],
    ["half an iteration", {}, { iterations: 0.5 }, /iterations: expected/],
    ["positive tau", {}, { heavyBall: 0.1 }, /heavyBall: expected/],
    ["rho 0", {}, { rho: 0 }, /rho: expected/],
    ["debiased under a cost that is not symmetric", { geometry: denseGeometry([[0, 1, 2], [1, 0, 1], [3, 1, 0]]) }, { debiased: true }, /needs a symmetric ground cost, got one that is not/], // prettier-ignore
    ["debiased under a cost an atom", { geometry: [grid({ size: [3] }), grid({ size: [3] })] as never }, { debiased: true }, /debiased: expected one geometry for all atoms/], // prettier-ignore
    ["an unknown domain", {}, { domain: "linear" as never }, /domain: expected/],
  ])("%s", (_, problem, change, message) => {
    const run = (): unknown => hostBarycenter({ ...good, ...problem }, { ...options, ...change });
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
  });

  it("a gradient of another shape", () => {
    const { backward } = hostBarycenter(good, options);
    expect(() => backward(points([[1, 2, 3]]))).toThrow(/gradient must be \[3, 3\], got \[1, 3\]/);
  });
});

function warmed(problem: BarycenterProblem, options: HostBarycenterOptions): BarycenterProblem {
  const { geometry, weights } = problem;
  const other: Geometry = geometry;
  const earlier = { ...randomProblem(other, 3, 77, 0), weights };
  return { ...problem, start: hostBarycenter(earlier, { ...options, iterations: 2 }).logScalings };
}

function gradientsOf(problem: BarycenterProblem, options: HostBarycenterOptions, upstream: Float64Array) {
  return hostBarycenterGradient(problem, options, (point, p, out) =>
    out.set(upstream.subarray(point * p.length, (point + 1) * p.length)),
  );
}

/** Along random directions that leave empty pixels and zero weights where they are (unbalanced weights stay >= 0). */
function expectGradientsMatchDifferences(problem: BarycenterProblem, options: HostBarycenterOptions): void {
  const { atoms, weights } = problem;
  const upstream = randomNormal(weights.shape[0] * atoms.shape[1], 61);
  const { gradientAtoms, gradientWeights } = gradientsOf(problem, options, upstream);
  const loss = (changed: Partial<BarycenterProblem>): number =>
    dot(hostBarycenter({ ...problem, ...changed }, options).barycenters.data, upstream);
  const inside = (values: ArrayLike<number>, seed: number): Float64Array =>
    randomNormal(values.length, seed).map((value, i) => value * Math.abs(values[i]));
  const step = 1e-5;
  const along = (name: "atoms" | "weights", direction: Float64Array): number => {
    const moved = (sign: number): number => {
      const data = direction.map((value, i) => problem[name].data[i] + sign * step * value);
      return loss({ [name]: ndarray(data, problem[name].shape) });
    };
    return (moved(1) - moved(-1)) / (2 * step);
  };
  const directionAtoms = inside(atoms.data, 62);
  const directionWeights = options.rho ? inside(weights.data, 63) : randomNormal(weights.data.length, 63);
  const expected = [along("atoms", directionAtoms), along("weights", directionWeights)];
  const actual = [dot(gradientAtoms.data, directionAtoms), dot(gradientWeights.data, directionWeights)];
  expect(actual).toBeAllclose(expected, { relative: 1e-6, absolute: 1e-8 });
}
