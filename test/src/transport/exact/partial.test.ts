import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseFromChecked } from "../../../../src/geometry/dense.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { emd } from "../../../../src/transport/exact/emd.ts";
import { partialTransport, type PartialTransportResult } from "../../../../src/transport/exact/partial.ts";
import { entropicPartialTransport } from "../../../../src/transport/sinkhorn/partial.ts";
import { transportPlan } from "../../../../src/transport/sinkhorn/objective.ts";
import { randomCost } from "../../../support/exact.ts";
import { dot, randomMasses } from "../../../support/problems.ts";
import { matrix, unbalancedReference } from "../../../support/unbalanced.ts";

const total = (masses: ArrayLike<number>) => Array.from(masses).reduce((sum, mass) => sum + mass, 0);

/** Marginals at most a and b, complementary slackness and equal values of both problems prove it optimal. */
function expectPartial(
  { plan, f, g, marginalCost, value, mass }: PartialTransportResult,
  a: Float64Array,
  b: Float64Array,
  cost: { readonly data: Float64Array },
  penalty?: number,
): void {
  const [rows, columns] = [new Float64Array(a.length), new Float64Array(b.length)];
  let moved = 0;
  plan.masses.forEach((entry, at) => {
    rows[plan.rows[at]] += entry;
    columns[plan.columns[at]] += entry;
    moved += entry * cost.data[plan.rows[at] * b.length + plan.columns[at]];
  });
  const most = penalty ?? 0;
  for (const [sums, masses, potentials] of [
    [rows, a, f],
    [columns, b, g],
  ] as const) {
    sums.forEach((sum, i) => {
      expect(sum).toBeLessThanOrEqual(masses[i] + 1e-12);
      expect(potentials[i]).toBeLessThanOrEqual(most + 1e-12);
    });
  }
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      expect(f[i] + g[j] + marginalCost).toBeLessThanOrEqual(cost.data[i * b.length + j] + 1e-12);
    }
  }
  expect([total(plan.masses)]).toBeAllclose([mass], { relative: 1e-12, absolute: 1e-13 });
  const charged = penalty === undefined ? 0 : penalty * (total(a) + total(b) - 2 * mass);
  expect([value]).toBeAllclose([moved + charged], { relative: 1e-11, absolute: 1e-13 });
  const dual = dot(f, a) + dot(g, b) + marginalCost * mass;
  expect([value]).toBeAllclose([dual], { relative: 1e-11, absolute: 1e-12 });
}

describe("partial transport", () => {
  it.each(unbalancedReference.partial)("of mass $mass: POT's value", ({ cost, mass, value, ...masses }) => {
    const [a, b] = [Float64Array.from(masses.a), Float64Array.from(masses.b)];
    const result = partialTransport(a, b, matrix(cost), { mass });
    expect([result.value, result.mass]).toBeAllclose([value, mass], { relative: 1e-12, absolute: 0 });
    expect(result.status).toBe("converged");
    expectPartial(result, a, b, matrix(cost));
  });

  it.each(unbalancedReference.variation)(
    "with penalty $penalty: the linear program's value",
    ({ of, penalty, value }) => {
      const { cost, ...masses } = unbalancedReference.partial[of];
      const [a, b] = [Float64Array.from(masses.a), Float64Array.from(masses.b)];
      const result = partialTransport(a, b, matrix(cost), { penalty });
      expect([result.value]).toBeAllclose([value], { relative: 1e-12, absolute: 1e-12 });
      expectPartial(result, a, b, matrix(cost), penalty);
    },
  );

  it("any problem: plan and potentials prove each other; the value is convex in the mass, with marginalCost as slope", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.05, max: 0.9, noNaN: true }), (seed, share) => {
        const [n, m] = [1 + (seed % 9), 2 + (seed % 7)];
        const [a, b] = [randomMasses(n, seed, 0.2), randomMasses(m, seed + 1, 0.2)];
        fc.pre(total(a) > 0 && total(b) > 0);
        const random = randomCost(n, m, seed);
        const cost = ndarray(
          random.data.map((entry) => entry - 0.2), // some below zero
          [n, m],
        );
        const most = Math.min(total(a), total(b));
        const at = (mass: number) => partialTransport(a, b, cost, { mass });
        const result = at(share * most);
        expectPartial(result, a, b, cost);
        for (const other of [0.3 * share * most, Math.min(1, 1.2 * share) * most]) {
          const line = result.value + result.marginalCost * (other - share * most);
          expect(at(other).value).toBeGreaterThanOrEqual(line - 1e-12);
        }
        expectPartial(partialTransport(a, b, random, { penalty: 0.3 * share }), a, b, random, 0.3 * share);
      }),
      { numRuns: 40 },
    );
  });

  it("of all the mass is emd; of less, ignores what is far (POT's outlier test)", () => {
    const [a, b] = [Float64Array.of(0.5, 0.5), Float64Array.of(0.25, 0.75)];
    const cost = matrix([
      [0.2, 0.9],
      [0.7, 0.1],
    ]);
    const [all, whole] = [partialTransport(a, b, cost, { mass: 1 }), emd(a, b, cost)];
    expect([all.value]).toBeAllclose([whole.value], { relative: 1e-14, absolute: 0 });
    const outlier = matrix([
      [0, 1],
      [1, 0],
      [1000, 1000],
    ]);
    const thirds = Float64Array.of(1 / 3, 1 / 3, 1 / 3);
    const halves = Float64Array.of(1 / 2, 1 / 2);
    expect(partialTransport(thirds, halves, outlier, { mass: 2 / 3 }).value).toBeLessThan(1e-12);
  });

  it("of nothing, and at no cost, is empty or free", () => {
    const [a, b] = [Float64Array.of(1, 2), Float64Array.of(3)];
    const cost = matrix([[2], [1]]);
    const none = partialTransport(a, b, cost, { mass: 0 });
    expect(none).toMatchObject({ value: 0, mass: 0, marginalCost: 1, status: "converged" });
    expectPartial(none, a, b, cost);
    expect(partialTransport(a, b, matrix([[0], [0]]), { mass: 2 }).value).toBe(0);
    expect(partialTransport(a, b, cost, { penalty: 0 }).mass).toBe(0);
    expect(partialTransport(a, b, cost, { mass: 2.5, maxPivots: 0 }).status).toMatch(/converged|max-iterations/);
  });

  it.each([
    { options: {}, message: /either mass or penalty, got none/ },
    { options: { mass: 1, penalty: 1 }, message: /either mass or penalty, got both/ },
    { options: { mass: 4 }, message: /0 to the smaller total 3, got 4/ },
    { options: { mass: -1 }, message: /got -1/ },
    { options: { mass: NaN }, message: /got NaN/ },
    { options: { penalty: -1 }, message: /penalty.*finite number >= 0, got -1/ },
  ])("$options is refused", ({ options, message }) => {
    const solve = () => partialTransport(Float64Array.of(1, 2), Float64Array.of(3), matrix([[2], [1]]), options);
    expect(solve).toThrow(message);
  });
});

describe("entropic partial transport", () => {
  it.each(unbalancedReference.partial)(
    "of mass $mass: POT's plan, of the cost that stands for its entropy",
    (problem) => {
      const { cost, mass, epsilon, entropicPlan } = problem;
      const [a, b] = [Float64Array.from(problem.a), Float64Array.from(problem.b)];
      const moved = cost.map((row, i) => row.map((entry, j) => entry + epsilon * Math.log(a[i] * b[j])));
      const geometry = denseFromChecked(matrix(moved), undefined);
      const result = entropicPartialTransport(a, b, geometry, {
        epsilon,
        mass,
        tolerance: 1e-12,
        maxIterations: 100_000,
      });
      expect(result.status).toBe("converged");
      expect(transportPlan(geometry, result).data).toBeAllclose(entropicPlan.flat(), { absolute: 1e-9 });
    },
  );

  it("moves the mass, within the marginals, and no plan of that kind is better", () => {
    const geometry = denseFromChecked(randomCost(8, 6, 3), undefined);
    const [a, b] = [randomMasses(8, 1, 0.3), randomMasses(6, 2, 0.2)];
    const mass = 0.6 * Math.min(total(a), total(b));
    const options = { epsilon: 0.05, mass, tolerance: 1e-12 };
    const { marginals, objective, transportCost, status } = entropicPartialTransport(a, b, geometry, options);
    expect(status).toBe("converged");
    expect([total(marginals[0]), total(marginals[1])]).toBeAllclose([mass, mass], { absolute: 1e-12 });
    marginals[0].forEach((sum, i) => expect(sum).toBeLessThanOrEqual(a[i] + 1e-11));
    marginals[1].forEach((sum, j) => expect(sum).toBeLessThanOrEqual(b[j] + 1e-11));
    // a mixture with the exact plan, which is feasible too
    const exact = partialTransport(a, b, geometry, { mass });
    const plan = transportPlan(geometry, entropicPartialTransport(a, b, geometry, options)).data;
    const mixed = plan.map((entry) => 0.99 * entry);
    exact.plan.masses.forEach((entry, at) => (mixed[exact.plan.rows[at] * 6 + exact.plan.columns[at]] += 0.01 * entry));
    const value = mixed.reduce(
      (sum, entry, at) => {
        const product = a[Math.floor(at / 6)] * b[at % 6];
        return sum + (entry > 0 ? entry * (geometry.cost.data[at] + 0.05 * Math.log(entry / product)) : 0);
      },
      0.05 * (total(a) * total(b) - mass),
    );
    expect(value).toBeGreaterThan(objective);
    expect(exact.value).toBeLessThanOrEqual(transportCost + 1e-9);
  });

  it("refuses more mass than there is, and none", () => {
    const geometry = denseFromChecked(randomCost(2, 2, 3), undefined);
    const masses = Float64Array.of(1, 1);
    const solve = (mass: number) => () => entropicPartialTransport(masses, masses, geometry, { epsilon: 0.1, mass });
    expect(solve(3)).toThrow(/mass.*at most the smaller total 2, got 3/);
    expect(solve(0)).toThrow(/mass.*a positive number, got 0/);
  });
});
