import { describe, expect, it } from "vitest";
import { descend } from "../../../models/embed/descend.ts";
import type { Iterate } from "../../../models/embed/iterate.ts";
import type { StepSettings } from "../../../models/embed/problem.ts";
import { independentStart, randomStart } from "../../../models/embed/starts.ts";
import { Random } from "../../../src/tensor/random.ts";
import { referenceEmbedding, referenceProblem } from "../../support/embedding.ts";

const SETTINGS: StepSettings = {
  lambda: 10,
  epsilon: 0.02,
  scaleCosts: false,
  lineSearch: false,
  tolerance: 1e-11,
  maxIterations: 20_000,
};

function run(from: Iterate, settings: StepSettings, steps: number): Iterate[] {
  const iterates = [from];
  for (let step = 0; step < steps; step++) iterates.push(descend(problem, iterates[step], settings));
  return iterates;
}

const problem = referenceProblem();
const random = () => randomStart(problem, Random.fromSeed(1));

describe("descend", () => {
  it("equals the reference step by step with scaled costs and full steps", () => {
    const { lambda, epsilon, startZeta1, startZeta2, trace, xz, zz, zy } = referenceEmbedding();
    const start = independentStart(problem, Float64Array.from(startZeta1), Float64Array.from(startZeta2));
    const settings = { ...SETTINGS, lambda, epsilon, scaleCosts: true, tolerance: 1e-12 };
    const iterates = run(start, settings, trace.length);
    trace.forEach(({ wassersteinTerm, gromovX, gromovY }, step) => {
      const { terms } = iterates[step + 1];
      expect(terms.wasserstein).toBeCloseTo(wassersteinTerm, 9);
      expect(terms.gromovX).toBeCloseTo(gromovX, 9);
      expect(terms.gromovY).toBeCloseTo(gromovY, 9);
    });
    const { couplings } = iterates.at(-1)!;
    for (const [name, expected] of Object.entries({ xz, zz, zy })) {
      const found = couplings[name as keyof typeof couplings].data;
      expected.flat().forEach((value, at) => expect(Math.abs(found[at] - value)).toBeLessThan(1e-9));
    }
  });

  it.each([
    { lineSearch: false },
    { lineSearch: true },
    { lineSearch: false, rho: 0.5 },
    { lineSearch: true, rho: 0.5 },
  ])("never raises the bi-convex objective, and meets given marginals: %o", (kind) => {
    const iterates = run(random(), { ...SETTINGS, ...kind }, 25).slice(1);
    iterates.slice(1).forEach(({ report }, step) => {
      expect(report.biconvex).toBeLessThanOrEqual(iterates[step].report.biconvex + 1e-10);
    });
    const { xz, zz, zy } = iterates.at(-1)!.couplings;
    const total = ({ data }: { data: Float64Array }) => data.reduce((sum, mass) => sum + mass, 0);
    for (const plan of [xz, zz, zy]) expect(total(plan)).toBeCloseTo(1, 9);
    const fromWeights = deviation(rowSums(xz.data, 15), problem.x.weights);
    if (kind.rho === undefined) expect(fromWeights).toBeLessThan(1e-8);
    else expect(fromWeights).toBeGreaterThan(1e-4);
  });

  it("with line search counts the objective of one plan: it equals the terms of that plan", () => {
    const [, , second] = run(random(), { ...SETTINGS, lineSearch: true }, 2);
    const { terms, entropy, report } = second;
    const value = terms.wasserstein + 5 * (terms.gromovX + terms.gromovY) + SETTINGS.epsilon * entropy;
    expect(report.biconvex).toBeCloseTo(value, 10);
  });

  it("ends in one plan with line search where full steps alternate between two", () => {
    const settings = { ...SETTINGS, lambda: 0.3, epsilon: 0.01 };
    const alternating = run(random(), settings, 40).at(-1)!;
    const resting = run(random(), { ...settings, lineSearch: true }, 40).at(-1)!;
    expect(alternating.report.residual).toBeGreaterThan(0.1);
    expect(resting.report.residual).toBeLessThan(0.01);
  });
});

function rowSums(data: Float64Array, rows: number): Float64Array {
  const columns = data.length / rows;
  return Float64Array.from({ length: rows }, (_, row) =>
    data.subarray(row * columns, (row + 1) * columns).reduce((sum, mass) => sum + mass, 0),
  );
}

function deviation(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - b[at]), 0);
}
