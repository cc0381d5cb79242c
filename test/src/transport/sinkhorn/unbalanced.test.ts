import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseFromChecked, denseGeometry } from "../../../../src/geometry/dense.ts";
import { grid, unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { gaussianTimesNu } from "../../../../src/transport/initializers/gaussian.ts";
import { previousSolution } from "../../../../src/transport/initializers/previous.ts";
import { sinkhornAccelerated } from "../../../../src/transport/sinkhorn/accelerated.ts";
import { sinkhornHost, sinkhornHostBatch } from "../../../../src/transport/sinkhorn/host.ts";
import {
  entropicValues,
  klPotentials,
  objectiveGradients,
  transportPlan,
} from "../../../../src/transport/sinkhorn/objective.ts";
import { sinkhornSymmetricHost } from "../../../../src/transport/sinkhorn/symmetric.ts";
import { points, randomMasses } from "../../../support/problems.ts";
import { matrix, unbalancedProblems, unbalancedReference } from "../../../support/unbalanced.ts";

const total = (masses: Float64Array): number => masses.reduce((sum, mass) => sum + mass, 0);

describe.each(unbalancedProblems)("$name, rho $rho.a and $rho.b", ({ geometry, a, b, epsilon, rho, ...expected }) => {
  it.each([
    { domain: "auto", momentum: 1 },
    { domain: "log", momentum: 1 },
    { domain: "scaling", momentum: 1 },
    { domain: "auto", momentum: 1.3 },
    { domain: "log", momentum: 0.8 },
  ] as const)("has POT's and OTT's plan and values ($domain, momentum $momentum)", (options) => {
    const result = sinkhornHost(a, b, geometry, { epsilon, rho, tolerance: 1e-13, ...options });
    expect(result.status).toBe("converged");
    expect(transportPlan(geometry, result).data).toBeAllclose(expected.plan, { absolute: 1e-12 * expected.mass });
    const values = entropicValues(a, b, geometry, result);
    for (const name of ["objective", "transportCost", "mass"] as const) {
      expect([values[name]]).toBeAllclose([expected[name]], { relative: 1e-11, absolute: 0 });
    }
    expect([values.dual]).toBeAllclose([values.objective], { relative: 1e-12, absolute: 0 });
  });

  it("starts, epsilon scaling and over-relaxation on the way change nothing but the number of iterations", () => {
    const options = { epsilon, rho, tolerance: 1e-13 };
    const { g, iterations } = sinkhornHost(a, b, geometry, options);
    const again = sinkhornHost(a, b, geometry, { ...options, initializer: previousSolution(g) });
    expect(again.iterations).toBeLessThan(Math.max(3, iterations));
    const others = [
      again,
      sinkhornHost(a, b, geometry, { ...options, epsilonScaling: { factor: 0.5 } }),
      sinkhornHost(a, b, geometry, { ...options, initializer: previousSolution(g.map((_, j) => Math.sin(j))) }),
      sinkhornAccelerated(a, b, geometry, options),
    ];
    for (const result of others) {
      expect(result.status).toBe("converged");
      expect(transportPlan(geometry, result).data).toBeAllclose(expected.plan, { absolute: 1e-12 * expected.mass });
    }
  });

  it("gradients in the masses are central differences", () => {
    if (rho.a === Infinity || rho.b === Infinity) return; // no total but the one is allowed: see the next test
    const valueAt = (ofA: Float64Array, ofB: Float64Array): number =>
      entropicValues(ofA, ofB, geometry, sinkhornHost(ofA, ofB, geometry, { epsilon, rho, tolerance: 1e-13 })).dual;
    const gradients = objectiveGradients(
      a,
      b,
      geometry,
      sinkhornHost(a, b, geometry, { epsilon, rho, tolerance: 1e-13 }),
    );
    const step = 1e-5;
    for (const [index, mass] of a.entries()) {
      if (mass === 0) continue;
      const moved = (by: number) => a.map((value, i) => (i === index ? value + by : value));
      const difference = (valueAt(moved(step), b) - valueAt(moved(-step), b)) / (2 * step);
      expect([gradients.a[index]]).toBeAllclose([difference], { relative: 1e-5, absolute: 1e-6 });
    }
    for (const [index, mass] of b.entries()) {
      const moved = (by: number) => b.map((value, j) => (j === index ? value + by : value));
      const difference =
        mass === 0
          ? (-3 * valueAt(a, b) + 4 * valueAt(a, moved(step)) - valueAt(a, moved(2 * step))) / (2 * step)
          : (valueAt(a, moved(step)) - valueAt(a, moved(-step))) / (2 * step);
      expect([gradients.b[index]]).toBeAllclose([difference], { relative: 1e-4, absolute: 1e-5 });
    }
  });
});

describe("rho", () => {
  const geometry = unitGrid([5, 4]);
  const [a, b] = [randomMasses(20, 1, 0.2), randomMasses(20, 2, 0.2)];
  const normalised = b.map((mass) => (mass * total(a)) / total(b));

  it.each([Infinity, { a: Infinity, b: Infinity }])("%j is balanced to the bit", (rho) => {
    const options = { epsilon: 0.05, tolerance: 1e-8 };
    expect(sinkhornHost(a, normalised, geometry, { ...options, rho })).toEqual(
      sinkhornHost(a, normalised, geometry, options),
    );
    const symmetric = sinkhornSymmetricHost(a, geometry, { ...options, rho });
    expect(symmetric).toEqual(sinkhornSymmetricHost(a, geometry, options));
  });

  it.each([0.01, 1, 1e3, 1e6, 1e9])("%d: takes no more iterations than the balanced problem, and is exact", (rho) => {
    const options = { epsilon: 0.1, tolerance: 1e-12 };
    const balanced = sinkhornHost(a, normalised, geometry, options);
    const result = sinkhornHost(a, b, geometry, { ...options, rho });
    expect(result.status).toBe("converged");
    expect(result.iterations).toBeLessThan(balanced.iterations + 30);
    const { objective, dual, mass, marginals } = entropicValues(a, b, geometry, result);
    expect([dual]).toBeAllclose([objective], { relative: 1e-8, absolute: 0 });
    // optimality: P 1 = a exp(-fKL / rho), and of a common scaling of P the derivative is zero
    const { fKL } = klPotentials(geometry, result);
    expect(marginals[0]).toBeAllclose(
      a.map((value, i) => value * Math.exp(-fKL[i] / rho)),
      { relative: 1e-7, absolute: 1e-12 },
    );
    if (rho >= 1e6) expect([mass]).toBeAllclose([Math.sqrt(total(a) * total(b))], { relative: 1e-5, absolute: 0 });
  });

  it("large: tends to the balanced problem like 1 / rho", () => {
    const options = { epsilon: 0.05, tolerance: 1e-13 };
    const planOf = (rho: number) =>
      transportPlan(geometry, sinkhornHost(a, normalised, geometry, { ...options, rho })).data;
    const balanced = planOf(Infinity);
    const gap = (rho: number): number =>
      planOf(rho).reduce((most, entry, at) => Math.max(most, Math.abs(entry - balanced[at])), 0);
    expect([gap(1e4) * 100]).toBeAllclose([gap(1e2)], { relative: 0.02, absolute: 0 });
  });

  it.each([0, -1, NaN, "1", { a: 1 }, null])("%j is refused", (rho) => {
    const solve = () => sinkhornHost(a, b, geometry, { epsilon: 0.1, rho: rho as number });
    expect(solve).toThrow(/rho.*expected a positive number or \{ a, b \}/);
  });

  it("unequal totals need a finite one, and say so", () => {
    expect(() => sinkhornHost(a, b, geometry, { epsilon: 0.1 })).toThrow(/normalise both, or give rho/);
    expect(() => sinkhornHost(a, b, geometry, { epsilon: 0.1, rho: Infinity })).toThrow(/give rho/);
    expect(sinkhornHost(a, b, geometry, { epsilon: 0.1, rho: { a: Infinity, b: 1 } }).status).toBe("converged");
  });

  it("of one side infinite: that marginal is exact, and the other is met as well as the penalty says", () => {
    for (const rho of [
      { a: Infinity, b: 0.3 },
      { a: 0.3, b: Infinity },
    ]) {
      const result = sinkhornHost(a, b, geometry, { epsilon: 0.05, rho, tolerance: 1e-13 });
      const { marginals } = entropicValues(a, b, geometry, result);
      expect(marginals[rho.a === Infinity ? 0 : 1]).toBeAllclose(rho.a === Infinity ? a : b, { absolute: 1e-12 });
    }
  });

  it("POT's entropy relative to ones is the cost C + epsilon log(a b^T)", () => {
    const { cost, a: first, b: second, epsilon, rho, plan } = unbalancedReference.entropy;
    const moved = cost.map((row, i) => row.map((entry, j) => entry + epsilon * Math.log(first[i] * second[j])));
    const geometry = denseFromChecked(matrix(moved), undefined);
    const result = sinkhornHost(first, second, geometry, { epsilon, rho, tolerance: 1e-13 });
    expect(transportPlan(geometry, result).data).toBeAllclose(plan.flat(), { absolute: 1e-11 });
  });

  it("small epsilon tends to POT's mm_unbalanced", () => {
    const { cost, a: first, b: second, rho, value } = unbalancedReference.mm;
    const dense = denseGeometry(matrix(cost));
    const result = sinkhornHost(first, second, dense, {
      epsilon: 1e-5,
      rho,
      epsilonScaling: {},
      maxIterations: 100_000,
    });
    const { transportCost, marginalKl } = entropicValues(first, second, dense, result);
    expect([transportCost + rho * (marginalKl.a + marginalKl.b)]).toBeAllclose([value], {
      relative: 1e-4,
      absolute: 0,
    });
  });
});

describe("what holds for any problem", () => {
  const problem = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    epsilon: fc.double({ min: 0.02, max: 1, noNaN: true }),
    rhoA: fc.double({ min: 0.01, max: 100, noNaN: true }),
    rhoB: fc.double({ min: 0.01, max: 100, noNaN: true }),
    factor: fc.double({ min: 0.1, max: 10, noNaN: true }),
  });

  it("no duality gap, domains agree, and no random plan is better", () => {
    fc.assert(
      fc.property(problem, ({ seed, epsilon, rhoA, rhoB, factor }) => {
        const geometry = grid({ size: [9], spacing: 0.125 });
        const a = randomMasses(9, seed, 0.2);
        const b = randomMasses(9, seed + 1, 0.2).map((mass) => mass * factor);
        fc.pre(total(a) > 0 && total(b) > 0);
        const options = { epsilon, rho: { a: rhoA, b: rhoB }, tolerance: 1e-12, maxIterations: 100_000 };
        const scaling = sinkhornHost(a, b, geometry, options);
        const log = sinkhornHost(a, b, geometry, { ...options, domain: "log" });
        expect(log.f).toBeAllclose(scaling.f, { absolute: 1e-9, relative: 1e-9 });
        expect(log.g).toBeAllclose(scaling.g, { absolute: 1e-9, relative: 1e-9 });
        const { objective, dual } = entropicValues(a, b, geometry, scaling);
        expect([dual]).toBeAllclose([objective], { relative: 1e-8, absolute: 1e-10 });
        // any other potentials give a smaller dual value
        const moved = { ...scaling, g: scaling.g.map((value, j) => value + 0.1 * epsilon * Math.cos(j + seed)) };
        expect(entropicValues(a, b, geometry, moved).dual).toBeLessThanOrEqual(dual + 1e-9 * Math.abs(dual));
        // sides change places
        const swapped = sinkhornHost(b, a, geometry, { ...options, rho: { a: rhoB, b: rhoA } });
        expect([entropicValues(b, a, geometry, swapped).dual]).toBeAllclose([dual], {
          relative: 1e-8,
          absolute: 1e-10,
        });
      }),
      { numRuns: 25 },
    );
  });

  it("a grid is its dense cost", () => {
    const size = [4, 3, 2];
    const geometry = grid({ size, spacing: 0.3 });
    const dense = denseGeometry(geometry.costMatrix());
    const [a, b] = [randomMasses(24, 5, 0.3), randomMasses(24, 6, 0.3)];
    const options = { epsilon: 0.05, rho: 0.4, tolerance: 1e-13 };
    const [first, second] = [sinkhornHost(a, b, geometry, options), sinkhornHost(a, b, dense, options)];
    expect(first.f).toBeAllclose(second.f);
    expect(first.g).toBeAllclose(second.g);
  });

  it("far points send nothing: the value is that of doing nothing", () => {
    const geometry = denseGeometry(ndarray(Float64Array.of(200, 300, 400, 250), [2, 2]));
    const [a, b] = [Float64Array.of(0.4, 0.6), Float64Array.of(0.5, 0.9)];
    const [epsilon, rho] = [0.1, 0.5];
    const result = sinkhornHost(a, b, geometry, { epsilon, rho });
    expect(result.status).toBe("converged");
    const { mass, dual } = entropicValues(a, b, geometry, result);
    expect(mass).toBeLessThan(1e-30);
    // rho (m_a + m_b) + epsilon m_a m_b
    expect([dual]).toBeAllclose([rho * 2.4 + epsilon * 1.4], { relative: 1e-12, absolute: 0 });
  });

  it("a batch is its pairs, and starts of every kind are taken", () => {
    const geometry = unitGrid([4, 4]);
    const rows = [1, 2, 3].map((seed) => randomMasses(16, seed, 0.2));
    const stacked = ndarray(Float64Array.from(rows.flatMap((row) => [...row])), [3, 16]);
    const other = ndarray(stacked.data.map((mass) => 2 * mass).reverse(), [3, 16]);
    const options = { epsilon: 0.05, rho: 0.7, tolerance: 1e-12 };
    sinkhornHostBatch(stacked, other, geometry, options).forEach((result, pair) => {
      const second = other.data.subarray(16 * pair, 16 * pair + 16);
      expect(result).toEqual(sinkhornHost(rows[pair], second, geometry, options));
      const started = sinkhornHost(rows[pair], second, geometry, { ...options, initializer: gaussianTimesNu });
      expect(started.f).toBeAllclose(result.f, { absolute: 1e-10 });
    });
  });

  it("the symmetric solver has the potentials of the other one", () => {
    const cloud = points([[0], [0.3], [0.8], [1.1]]);
    const geometry = pointCloud(cloud, cloud);
    const a = Float64Array.of(0.4, 0, 0.9, 1.1);
    for (const rho of [0.02, 1, 50]) {
      const own = sinkhornSymmetricHost(a, geometry, { epsilon: 0.05, rho, tolerance: 1e-13 });
      const both = sinkhornHost(a, a, geometry, { epsilon: 0.05, rho, tolerance: 1e-13, maxIterations: 100_000 });
      expect(own.status).toBe("converged");
      expect(own.f).toBeAllclose(both.f, { absolute: 1e-10 });
      expect(own.g).toBeAllclose(both.g, { absolute: 1e-10 });
    }
    expect(() => sinkhornSymmetricHost(a, geometry, { epsilon: 0.05, rho: { a: 1, b: 2 } })).toThrow(
      /one for both sides/,
    );
  });
});
