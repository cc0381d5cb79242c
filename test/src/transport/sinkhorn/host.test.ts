import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { grid, unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { sinkhornHost, sinkhornHostBatch } from "../../../../src/transport/sinkhorn/host.ts";
import { marginalViolation, planMarginals } from "../../../../src/transport/sinkhorn/metrics.ts";
import { entropicValues, klPotentials, transportPlan } from "../../../../src/transport/sinkhorn/objective.ts";
import type { SinkhornDomain } from "../../../../src/transport/sinkhorn/options.ts";
import { sinkhornSymmetricHost } from "../../../../src/transport/sinkhorn/symmetric.ts";
import { points, randomHistogram } from "../../../support/problems.ts";
import { centred, reference, type SinkhornReference } from "../../../support/reference.ts";

const DOMAINS: readonly SinkhornDomain[] = ["auto", "log", "scaling"];

for (const problem of reference<SinkhornReference>("sinkhorn").problems) {
  const a = Float64Array.from(problem.a);
  const b = Float64Array.from(problem.b);
  const geometries = [
    { kind: "dense", geometry: pointCloud(points(problem.x), points(problem.y)) },
    ...(problem.name === "grid-8x8" ? [{ kind: "grid", geometry: unitGrid([8, 8]) }] : []),
  ];
  for (const { kind, geometry } of geometries) {
    describe.each(problem.solutions)(`${problem.name} (${kind}), epsilon $epsilon`, (solution) => {
      const { epsilon } = solution;
      it.each(DOMAINS)("%s: potentials, values and counts are the reference's", (domain) => {
        const result = sinkhornHost(a, b, geometry, { epsilon, domain, tolerance: 1e-13 });
        expect(result.status).toBe("converged");
        expect(result.errors.slice(0, solution.firstErrors.length)).toBeAllclose(solution.firstErrors, {
          absolute: 1e-14,
        });
        for (const [level, iterations] of Object.entries(solution.iterationsTo)) {
          expect(result.errors.findIndex((error) => error <= Number(level)) + 1).toBe(iterations);
        }
        expect(centred(result.g)).toBeAllclose(centred(solution.g));
        const sums = result.f.map((value, index) => value - (solution.f[index] ?? 0)).filter(Number.isFinite);
        expect(sums).toBeAllclose(sums.map(() => sums[0])); // f up to one constant

        const values = entropicValues(a, b, geometry, result);
        for (const name of ["transportCost", "kl", "objective", "dual", "entropyObjective"] as const) {
          expect([values[name]]).toBeAllclose([solution[name]], { relative: 1e-9, absolute: 0 });
        }
        expect([values.entropyDual]).toBeAllclose([values.entropyObjective], { absolute: 1e-12 });
        const { fKL, gKL } = klPotentials(geometry, result);
        expect(centred(gKL)).toBeAllclose(centred(solution.gKL));
        expect(centred(fKL)).toBeAllclose(centred(solution.fKL));
        if (solution.plan) expect(transportPlan(geometry, result).data).toBeAllclose(solution.plan);
      });
    });
  }
}

describe("domains", () => {
  const geometry = grid({ size: [40, 30] }); // squared pixels
  const a = randomHistogram(1200, 1, 0.3);
  const b = randomHistogram(1200, 2, 0.3);

  it("auto stays on scalings where they are exact, and equals the log domain", () => {
    const options = { epsilon: 20, maxIterations: 30 };
    const auto = sinkhornHost(a, b, geometry, { ...options, domain: "auto" });
    const log = sinkhornHost(a, b, geometry, { ...options, domain: "log" });
    expect(auto.domain).toBe("scaling");
    expect(auto.errors).toBeAllclose(log.errors, { relative: 1e-9, absolute: 1e-14 });
    expect(auto.f).toBeAllclose(log.f, { relative: 1e-9, absolute: 1e-9 });
  });

  it("auto changes to the log domain where scalings underflow, and equals it", () => {
    const far = grid({ size: [60] });
    const left = Float64Array.from({ length: 60 }, (_, index) => (index < 20 ? 0.05 : 0));
    const right = left.toReversed();
    const options = { epsilon: 1, maxIterations: 50 };
    const auto = sinkhornHost(left, right, far, { ...options, domain: "auto" });
    const log = sinkhornHost(left, right, far, { ...options, domain: "log" });
    expect(auto.domain).toBe("log");
    expect(auto.errors).toEqual(log.errors);
    expect(auto.g).toEqual(log.g);
  });

  it("auto keeps what was done when the change comes in the middle, and a start that exp cannot hold", () => {
    const steepness = [0.1, 1, 3, 10]; // g / epsilon spans up to 60000
    for (const steep of steepness) {
      const initializer = { name: "steep", hostPotential: () => b.map((_, index) => steep * index) };
      const options = { epsilon: 0.2 * steep + 2, maxIterations: 8, tolerance: 0, initializer };
      const auto = sinkhornHost(a, b, geometry, { ...options, domain: "auto" });
      const log = sinkhornHost(a, b, geometry, { ...options, domain: "log" });
      expect(auto.errors).toBeAllclose(log.errors, { absolute: 1e-12 });
      expect(auto.g).toBeAllclose(log.g);
      expect(auto.f).toBeAllclose(log.f);
    }
  });

  it("scaling reports non-finite values instead of returning them as converged", () => {
    const far = pointCloud(points([[0]]), points([[10]]));
    const one = Float64Array.of(1);
    expect(sinkhornHost(one, one, far, { epsilon: 0.1, domain: "scaling" }).status).toBe("non-finite");
    expect(sinkhornHost(one, one, far, { epsilon: 0.1 }).status).toBe("converged");
  });
});

describe("acceleration", () => {
  const geometry = unitGrid([8, 8]);
  const a = randomHistogram(64, 3);
  const b = randomHistogram(64, 4);
  const plain = sinkhornHost(a, b, geometry, { epsilon: 0.005 });

  it.each(DOMAINS)("momentum needs fewer iterations for the same plan (%s)", (domain) => {
    const relaxed = sinkhornHost(a, b, geometry, { epsilon: 0.005, momentum: 1.6, domain });
    expect(relaxed.status).toBe("converged");
    expect(relaxed.iterations).toBeLessThan(plain.iterations / 2);
    expect(relaxed.errors.at(-1)).toBeLessThan(1e-9);
    expect(centred(relaxed.g)).toBeAllclose(centred(plain.g), { absolute: 1e-7 });
    const [, second] = planMarginals(transportPlan(geometry, relaxed));
    expect(second).toBeAllclose(b, { relative: 1e-12 });
  });

  it("epsilon scaling helps at small epsilon and ends at the same plan", () => {
    const options = { epsilon: 0.0005, tolerance: 1e-2 };
    const cold = sinkhornHost(a, b, geometry, options);
    const scaled = sinkhornHost(a, b, geometry, { ...options, epsilonScaling: {} });
    expect(scaled.status).toBe("converged");
    expect(scaled.iterations).toBeLessThan(cold.iterations);
    const exact = sinkhornHost(a, b, geometry, { epsilon: 0.005, epsilonScaling: { from: 1, factor: 0.3 } });
    expect(centred(exact.g)).toBeAllclose(centred(plain.g), { absolute: 1e-7 });
  });
});

it("reports each iterate", () => {
  const geometry = unitGrid([6]);
  const seen: number[] = [];
  const result = sinkhornHost(randomHistogram(6, 1), randomHistogram(6, 2), geometry, {
    epsilon: 0.1,
    onIteration({ iteration, error, potentials }) {
      seen.push(error);
      expect(iteration).toBe(seen.length);
      const [first] = planMarginals(transportPlan(geometry, potentials()));
      expect([marginalViolation(randomHistogram(6, 1), first, [first, first]).first]).toBeAllclose([error]);
    },
  });
  expect(seen).toEqual(result.errors);
});

it("says when the iterations were not enough", () => {
  const result = sinkhornHost(randomHistogram(64, 1), randomHistogram(64, 2), unitGrid([8, 8]), {
    epsilon: 0.005,
    maxIterations: 3,
  });
  expect(result).toMatchObject({ status: "max-iterations", iterations: 3 });
});

it("solves a batch row by row", () => {
  const geometry = unitGrid([5, 4]);
  const rows = [1, 2, 3].map((seed) => randomHistogram(20, seed, 0.2));
  const stack = (list: Float64Array[]) => ndarray(Float64Array.from(list.flatMap((row) => [...row])), [3, 20]);
  const a = stack(rows);
  const b = stack(rows.toReversed());
  const results = sinkhornHostBatch(a, b, geometry, { epsilon: 0.05 });
  results.forEach((result, pair) => {
    expect(result).toEqual(sinkhornHost(rows[pair], rows[2 - pair], geometry, { epsilon: 0.05 }));
  });
  expect(() => sinkhornHostBatch(a, ndarray(b.data, [60]), geometry, { epsilon: 0.05 })).toThrow(
    /masses b: expected a matrix/,
  );
});

describe("symmetric problem (a, a)", () => {
  it.each(DOMAINS)("%s: converges where alternating updates stall, to the same values", (domain) => {
    const geometry = pointCloud(
      points(Array.from({ length: 40 }, (_, index) => [index / 39])),
      points(Array.from({ length: 40 }, (_, index) => [index / 39])),
      { cost: "manhattan" },
    );
    const a = randomHistogram(40, 5, 0.3);
    const result = sinkhornSymmetricHost(a, geometry, { epsilon: 0.01, domain, tolerance: 1e-13 });
    expect(result.status).toBe("converged");
    expect(result.iterations).toBeLessThan(100);
    const alternating = sinkhornHost(a, a, geometry, { epsilon: 0.01, maxIterations: 2000, tolerance: 1e-13 });
    expect(alternating.status).toBe("max-iterations");
    const values = entropicValues(a, a, geometry, result);
    expect(values.objective).toBeCloseTo(values.dual, 12);
    expect(values.objective).toBeCloseTo(entropicValues(a, a, geometry, alternating).objective, 6);
  });

  it("refuses a cost that is not symmetric", () => {
    const geometry = denseGeometry(Float64Array.of(0, 1, 2, 0), [2, 2]);
    expect(() => sinkhornSymmetricHost(Float64Array.of(0.5, 0.5), geometry, { epsilon: 1 })).toThrow(InputError);
  });
});

describe("faults", () => {
  const geometry = unitGrid([3]);
  const [a, b] = [Int32Array.of(2, 1, 1), Int32Array.of(1, 1, 2)];
  const exact = sinkhornHost(Float64Array.from(a), Float64Array.from(b), geometry, { epsilon: 0.5 });

  it.each([
    ["integers", a, b],
    ["bytes", Uint8Array.from(a), Uint8Array.from(b)],
    ["float32", Float32Array.from(a), Float32Array.from(b)],
    ["a plain array", [...a], [...b]],
  ])("%s as masses are computed in float64", (_, p, q) => {
    const solution = sinkhornHost(p, q, geometry, { epsilon: 0.5 });
    expect(solution).toEqual(exact);
    expect(entropicValues(p, q, geometry, solution)).toEqual(entropicValues([...a], [...b], geometry, exact));
    const self = sinkhornSymmetricHost(p, geometry, { epsilon: 0.5 });
    expect(self).toEqual(sinkhornSymmetricHost(Float64Array.from(a), geometry, { epsilon: 0.5 }));
    const rows = (masses: ArrayLike<number>) => ndarray(Int32Array.from(masses), [1, 3]);
    expect(sinkhornHostBatch(rows(p), rows(q), geometry, { epsilon: 0.5 })).toEqual([exact]);
  });

  it("potentials in float32 are read as float64", () => {
    const [f, g] = [Float32Array.from(exact.f), Float32Array.from(exact.g)];
    const plan = transportPlan(geometry, { f, g, epsilon: 0.5 });
    const same = { f: Float64Array.from(f), g: Float64Array.from(g), epsilon: 0.5 };
    expect(plan).toEqual(transportPlan(geometry, same));
    expect(klPotentials(geometry, { f, g, epsilon: 0.5 })).toEqual(klPotentials(geometry, same));
    expect(() => transportPlan(geometry, { ...same, f: f.subarray(1) })).toThrow(
      /expected f \[3\] and g \[3\], got \[2\]/,
    );
  });

  it.each([1e-200, 1e-9, 1e9, 1e200])("a total mass of %d needs as many iterations as a total of one", (mass) => {
    const large = unitGrid([6, 6]);
    const [p, q] = [1, 2].map((seed) => randomHistogram(36, seed));
    const scaled = (masses: Float64Array) => masses.map((value) => value * mass);
    const options = { epsilon: 0.02, tolerance: 1e-6 };
    const one = sinkhornHost(p, q, large, options);
    const other = sinkhornHost(scaled(p), scaled(q), large, options);
    expect(one.iterations).toBeGreaterThan(10);
    expect(other).toMatchObject({ status: "converged", iterations: one.iterations });
    expect(other.errors).toBeAllclose(one.errors, { absolute: 1e-12, relative: 1e-6 });
    expect(centred(other.g)).toBeAllclose(centred(one.g));
    const self = sinkhornSymmetricHost(scaled(p), large, options);
    expect(self.iterations).toBe(sinkhornSymmetricHost(p, large, options).iterations);
  });
});

/** Two histograms with zeros, of equal total, and a cost. */
const problems = fc
  .record({
    n: fc.integer({ min: 1, max: 7 }),
    m: fc.integer({ min: 1, max: 7 }),
    seed: fc.integer(),
    epsilon: fc.double({ min: 0.05, max: 2, noNaN: true }),
  })
  .map(({ n, m, seed, epsilon }) => ({
    n,
    m,
    epsilon,
    cost: randomHistogram(n * m, seed).map((value) => value * n * m),
    a: someMass(randomHistogram(n, seed + 1, 0.3)),
    b: someMass(randomHistogram(m, seed + 2, 0.3)),
  }));

/** All the mass on the first point where the draw had none at all. */
function someMass(masses: Float64Array): Float64Array {
  return masses.some((mass) => mass > 0) ? masses : masses.map((_, index) => (index === 0 ? 1 : 0));
}

describe("properties", () => {
  const solve = ({ cost, n, m, a, b, epsilon }: typeof problems extends fc.Arbitrary<infer P> ? P : never) => {
    const geometry = denseGeometry(cost, [n, m]);
    return { geometry, result: sinkhornHost(a, b, geometry, { epsilon, tolerance: 1e-12 }) };
  };

  it("marginals hold, zero masses take no part, primal equals dual", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { geometry, result } = solve(problem);
        expect(result.status).toBe("converged");
        const plan = transportPlan(geometry, result);
        const [first, second] = planMarginals(plan);
        expect(first).toBeAllclose(problem.a, { absolute: 1e-11 });
        expect(second).toBeAllclose(problem.b, { absolute: 1e-13 });
        problem.a.forEach((mass, index) => expect(result.f[index] === -Infinity).toBe(mass === 0));
        const values = entropicValues(problem.a, problem.b, geometry, result);
        expect([values.dual]).toBeAllclose([values.objective], { absolute: 1e-10 });
        const { fKL, gKL } = klPotentials(geometry, result);
        expect([...fKL, ...gKL].every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("exchanging the sides transposes the plan", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { n, m, cost, a, b, epsilon } = problem;
        const transposed = cost.map((_, index) => cost[(index % n) * m + Math.floor(index / n)]);
        const { geometry, result } = solve(problem);
        const other = solve({ n: m, m: n, cost: transposed, a: b, b: a, epsilon });
        const value = entropicValues(a, b, geometry, result).objective;
        expect([entropicValues(b, a, other.geometry, other.result).objective]).toBeAllclose([value]);
      }),
      { numRuns: 20 },
    );
  });

  it("permuting the points permutes f; adding a constant to the cost adds it to the value", () => {
    fc.assert(
      fc.property(problems, fc.double({ min: 0, max: 5, noNaN: true }), (problem, shift) => {
        const { n, m, cost, a } = problem;
        const { geometry, result } = solve(problem);
        const reversed = cost.map((_, index) => cost[(n - 1 - Math.floor(index / m)) * m + (index % m)]);
        const permuted = solve({ ...problem, cost: reversed, a: a.toReversed() });
        expect(centred(permuted.result.f)).toBeAllclose(centred(result.f.toReversed()), { absolute: 1e-8 });
        const shifted = solve({ ...problem, cost: cost.map((entry) => entry + shift) });
        const before = entropicValues(a, problem.b, geometry, result);
        const after = entropicValues(a, problem.b, shifted.geometry, shifted.result);
        expect([after.objective - before.objective]).toBeAllclose([shift]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("bad input gives one line", () => {
  const geometry = unitGrid([3]);
  const good = Float64Array.of(0.2, 0.3, 0.5);
  it.each([
    ["a negative mass", Float64Array.of(0.2, -0.3, 1.1), {}, /a: expected finite numbers >= 0, got -0.3 at index 1/],
    ["NaN", Float64Array.of(NaN, 0.5, 0.5), {}, /got NaN at index 0/],
    ["a wrong length", Float64Array.of(0.5, 0.5), {}, /expected 3 .* got 2/],
    ["no mass at all", new Float64Array(3), {}, /all 3 are zero/],
    ["unequal totals", Float64Array.of(0.2, 0.3, 0.6), {}, /normalise both/],
    ["epsilon 0", good, { epsilon: 0 }, /^epsilon: expected a positive finite number/],
    ["a negative tolerance", good, { tolerance: -1 }, /tolerance/],
    ["half an iteration", good, { maxIterations: 0.5 }, /maxIterations/],
    ["more iterations than a 32-bit integer counts", good, { maxIterations: 2 ** 31 }, /^maxIterations: .* 1000000000/],
    ["an epsilon that is no number", good, { epsilon: NaN }, /^epsilon: .* got NaN/],
    ["a tolerance that is no number", good, { tolerance: NaN }, /^tolerance: .* got NaN/],
    ["iterations that are no number", good, { maxIterations: NaN }, /^maxIterations: .* got NaN/],
    ["a momentum that is no number", good, { momentum: NaN }, /^momentum: .* got NaN/],
    ["text for a number", good, { tolerance: "1e-3" as never }, /^tolerance: .* got 1e-3/],
    ["an epsilon beyond float64", good, { epsilon: 1e308 }, /leave the range of float64/],
    ["an epsilon without inverse", good, { epsilon: 1e-320 }, /leave the range of float64/],
    ["a total beyond float64", Float64Array.of(1e308, 1e308, 0), {}, /sum is beyond float64/],
    ["a total below float64's digits", Float64Array.of(1e-310, 0, 0), {}, /sum 1e-310 leaves float64 few digits/],
    ["masses that are no numbers", ["0.2", "0.3", "0.5"] as never, {}, /^masses a: expected an array of numbers/],
    ["a start for tensors", good, { initializer: { name: "t" } as never }, /^initializer: .* on the host/],
    ["a schedule without end", good, { epsilonScaling: { from: 1e300, factor: 1 - 1e-16 } }, /at most 10000 stages/],
    ["a schedule with NaN", good, { epsilonScaling: { tolerance: NaN } }, /^epsilonScaling.tolerance/],
    ["momentum 2", good, { momentum: 2 }, /momentum/],
    ["an unknown domain", good, { domain: "Log" as "log" }, /^domain: expected auto, log or scaling, got Log/],
    ["a schedule that grows", good, { epsilonScaling: { factor: 2 } }, /factor/],
    [
      "a bad start",
      good,
      { initializer: { name: "bad", hostPotential: () => Float64Array.of(0, NaN, 0) } },
      /initialiser bad, got NaN at index 1/,
    ],
  ])("%s", (_, a, options, message) => {
    const run = (): unknown => sinkhornHost(a, good, geometry, { epsilon: 0.1, ...options });
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
    expect(run).not.toThrow(/\n/);
  });
});
