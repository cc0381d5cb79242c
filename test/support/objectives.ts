import type { Evaluation, Objective } from "../../models/optimizer.ts";

/** A classical test problem of unconstrained optimisation. Its least value is 0. */
export interface Problem {
  readonly name: string;
  readonly start: Float64Array;
  evaluate(x: Float64Array): Evaluation;
}

/** sum 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2 from (-1.2, 1, -1.2, 1, ...). */
export function rosenbrock(dimension: number): Problem {
  return {
    name: `Rosenbrock ${dimension}`,
    start: Float64Array.from({ length: dimension }, (_, i) => (i % 2 === 0 ? -1.2 : 1)),
    evaluate(x) {
      let value = 0;
      const gradient = new Float64Array(dimension);
      for (let i = 0; i + 1 < dimension; i++) {
        const valley = x[i + 1] - x[i] * x[i];
        value += 100 * valley * valley + (1 - x[i]) * (1 - x[i]);
        gradient[i] += -400 * x[i] * valley - 2 * (1 - x[i]);
        gradient[i + 1] += 200 * valley;
      }
      return { value, gradient };
    },
  };
}

/** Beale's function from (1, 1); its minimiser is (3, 1/2). */
export const beale: Problem = {
  name: "Beale",
  start: Float64Array.of(1, 1),
  evaluate(x) {
    const [a, b] = [x[0], x[1]];
    const powers = [b, b * b, b * b * b];
    const residuals = [1.5, 2.25, 2.625].map((target, i) => target - a + a * powers[i]);
    const slopes = [1, 2 * b, 3 * b * b];
    return {
      value: residuals.reduce((sum, r) => sum + r * r, 0),
      gradient: Float64Array.of(
        residuals.reduce((sum, r, i) => sum + 2 * r * (powers[i] - 1), 0),
        residuals.reduce((sum, r, i) => sum + 2 * r * a * slopes[i], 0),
      ),
    };
  },
};

/** 1/2 sum w_i x_i^2 from (1, ..., 1). */
export function quadratic(curvatures: readonly number[]): Problem {
  return {
    name: `quadratic, curvatures ${curvatures[0]} to ${curvatures.at(-1)}`,
    start: new Float64Array(curvatures.length).fill(1),
    evaluate(x) {
      const gradient = x.map((value, i) => curvatures[i] * value);
      return { value: gradient.reduce((sum, slope, i) => sum + 0.5 * slope * x[i], 0), gradient };
    },
  };
}

/** The problem's objective, and a count of its calls until the value was first at most `target`. */
export function counted(problem: Problem, target: number): { objective: Objective; callsToTarget(): number } {
  let calls = 0;
  let reached = Infinity;
  return {
    async objective(x) {
      calls++;
      const evaluation = problem.evaluate(x);
      if (evaluation.value <= target) reached = Math.min(reached, calls);
      return evaluation;
    },
    callsToTarget: () => reached,
  };
}
