import { describe, expect, it } from "vitest";
import { ConvergenceMeter } from "../../../eval/sinkinit/convergence.ts";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import { unitGrid } from "../../../src/geometry/grid.ts";
import { gaussian } from "../../../src/transport/initializers/gaussian.ts";
import { ones } from "../../../src/transport/initializers/ones.ts";
import { reference } from "../../support/reference.ts";

const EPSILON = 0.01;
const grid = unitGrid([28, 28]);

interface Pair {
  readonly mu: number[];
  readonly nu: number[];
  readonly transportCost: number;
  readonly starts: Readonly<Record<"ones" | "gaussian", Start>>;
}

interface Start {
  readonly iterationsToRelativeError: number;
  readonly iterationsToViolation: number;
  readonly relativeErrors: number[];
  readonly violations: number[];
}

const normalised = (values: readonly number[]): Float64Array => {
  const total = values.reduce((sum, value) => sum + value, 0);
  return Float64Array.from(values, (value) => value / total);
};

describe("ConvergenceMeter", () => {
  const { pairs } = reference<{ pairs: Pair[] }>("initializers");
  const meter = new ConvergenceMeter(grid, EPSILON);

  it.each(pairs.map((pair, index) => [index, pair] as const))(
    "pair %i: the optimum is the reference's, and the Gaussian start is nearer than ones",
    (_, { mu, nu, transportCost }) => {
      const problem = { mu: normalised(mu), nu: normalised(nu) };
      const optimum = meter.optimum(problem);
      expect(optimum / transportCost).toBeCloseTo(1, 5);
      const g = gaussian.hostPotential({ geometry: grid, a: problem.mu, b: problem.nu, epsilon: EPSILON });
      const cold = meter.measure(problem, new Float64Array(784), optimum);
      const warm = meter.measure(problem, g, optimum);
      expect(warm.iterationsToCost).toBeLessThanOrEqual(cold.iterationsToCost);
      expect(cold.relativeErrors[cold.iterationsToCost - 1]).toBeLessThanOrEqual(0.01);
      expect(cold.relativeErrors.length).toBeGreaterThanOrEqual(30);
      if (cold.iterationsToCost > 1) expect(cold.relativeErrors[cold.iterationsToCost - 2]).toBeGreaterThan(0.01);
    },
  );

  it.each(pairs.flatMap((pair, index) => [["ones", index, pair] as const, ["gaussian", index, pair] as const]))(
    "from %s, pair %i: errors and counts are the reference's",
    (name, _, { mu, nu, transportCost, starts }) => {
      const problem = { mu: normalised(mu), nu: normalised(nu) };
      const g = { ones, gaussian }[name].hostPotential({
        geometry: grid,
        a: problem.mu,
        b: problem.nu,
        epsilon: EPSILON,
      });
      const measured = meter.measure(problem, g, transportCost);
      const stored = starts[name];
      expect(measured.iterationsToCost).toBe(stored.iterationsToRelativeError);
      expect(measured.iterationsToViolation).toBe(stored.iterationsToViolation);
      const shown = Math.min(30, stored.violations.length);
      expect(measured.violations.slice(0, shown)).toBeAllclose(stored.violations.slice(0, shown));
      expect(measured.relativeErrors.slice(0, shown)).toBeAllclose(stored.relativeErrors.slice(0, shown));
    },
  );

  it("needs one iteration from the solution", () => {
    const [{ mu, nu, transportCost }] = pairs;
    const problem = { mu: normalised(mu), nu: normalised(nu) };
    const { g } = meter.solution(problem);
    const { iterationsToCost, iterationsToViolation } = meter.measure(problem, g, transportCost);
    expect([iterationsToCost, iterationsToViolation]).toEqual([1, 1]);
  });

  it("measures the same on a dense copy of the grid", () => {
    const small = unitGrid([5, 5]);
    const dense = denseGeometry(small.costMatrix());
    const values = Float64Array.from({ length: 25 }, (_, index) => 1 + (index % 7));
    const problem = { mu: normalised([...values]), nu: normalised([...values.toReversed()]) };
    const [a, b] = [small, dense].map((geometry) => {
      const own = new ConvergenceMeter(geometry, 0.1);
      return own.measure(problem, new Float64Array(25), own.optimum(problem));
    });
    expect(b.iterationsToCost).toBe(a.iterationsToCost);
    a.relativeErrors.forEach((error, index) => expect(b.relativeErrors[index]).toBeCloseTo(error, 6));
  });
});
