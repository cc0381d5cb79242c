import { describe, expect, it } from "vitest";
import { InputError, OptionError } from "../../../../src/errors.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { chooseBarycenterEngine } from "../../../../src/transport/barycenter/choose.ts";
import { hostBarycenter, hostBarycenterGradient } from "../../../../src/transport/barycenter/host/barycenter.ts";
import { barycenterOperator } from "../../../../src/transport/barycenter/operator.ts";
import type { BarycenterOptions } from "../../../../src/transport/barycenter/options.ts";
import type { BarycenterProblem } from "../../../../src/transport/barycenter/problem.ts";
import { geometries, geometryFor, randomProblem, rowsOf, variants } from "../../../support/barycenter.ts";
import { randomNormal } from "../../../support/problems.ts";
import { dataTerm, randomRows } from "../../../support/wdl.ts";

/** The error by its definition, from the log-scalings of the last iterations and kernel products alone. */
function errorsByDefinition(problem: BarycenterProblem, options: BarycenterOptions): number[] {
  const { epsilon, iterations, rho = Infinity } = options;
  const marginal = rho === Infinity ? 1 : rho / (rho + epsilon);
  const kernel = problem.geometry.hostKernel(epsilon);
  const [count, points] = problem.atoms.shape;
  const atoms = rowsOf(problem.atoms);
  const product = (logs: Float64Array) => kernel.apply(logs.map(Math.exp), new Float64Array(points));
  const scalingsAfter = (steps: number) => {
    const before = steps > 0 ? hostBarycenter(problem, { ...options, iterations: steps }).logScalings.data : undefined;
    return (point: number, s: number) =>
      before?.subarray((point * count + s) * points, (point * count + s + 1) * points) ?? new Float64Array(points);
  };
  const [last, now] = [scalingsAfter(iterations - 1), scalingsAfter(iterations)];
  const mass = Math.max(...atoms.map((atom) => atom.reduce((sum, value) => sum + value, 0)));
  return rowsOf(problem.weights).map((_, point) => {
    const errors = atoms.map((atom, s) => {
      const [from, to] = [product(last(point, s)), product(now(point, s))];
      return atom.reduce((sum, d, i) => {
        return sum + Math.abs((d / from[i]) ** marginal - (d / to[i]) ** marginal) * to[i];
      }, 0);
    });
    return Math.max(...errors) / mass;
  });
}

describe.each(geometries)("%s: the report", (_, geometry) => {
  const problemFor = (options: Partial<BarycenterOptions>) => randomProblem(geometryFor(options, geometry), 3, 3);

  it.each([
    ["plain", {}],
    ["unbalanced", { rho: 3 }],
  ])("%s: says what the definition says, after 1 iteration too", (_, variant) => {
    const problem = problemFor(variant);
    for (const iterations of [1, 2, 7]) {
      const options = { epsilon: 1, iterations, ...variant };
      const expected = errorsByDefinition(problem, options);
      for (const domain of ["auto", "scaling", "log"] as const) {
        const found = hostBarycenter(problem, { ...options, domain });
        expect(found.errors).toBeAllclose(expected, { relative: 1e-8, absolute: 1e-13 });
        expect(found.iterations).toEqual([iterations, iterations, iterations]);
        expect(found.status).toEqual(["max-iterations", "max-iterations", "max-iterations"]);
      }
    }
  });

  it.each(variants)("%s: each point ends by itself, with the bits of so many iterations", (name, variant) => {
    const problem = problemFor(variant);
    const options = { epsilon: 1, ...variant };
    const tolerance = name === "debiased" ? 0.05 : 1e-6; // its last modes go slowly
    for (const domain of ["auto", "log"] as const) {
      const found = hostBarycenter(problem, { ...options, domain, iterations: 500, tolerance });
      expect(found.status).toEqual(["converged", "converged", "converged"]);
      if (name === "plain") expect(new Set(found.iterations).size).toBeGreaterThan(1);
      found.iterations.forEach((iterations, point) => {
        expect(found.errors[point]).toBeLessThanOrEqual(tolerance);
        const fixed = hostBarycenter(problem, { ...options, domain, iterations });
        expect(rowsOf(found.barycenters)[point]).toEqual(rowsOf(fixed.barycenters)[point]);
        expect(rowsOf(found.logScalings)[point]).toEqual(rowsOf(fixed.logScalings)[point]);
        expect(found.errors[point]).toBe(fixed.errors[point]);
        if (iterations === 1) return;
        const before = hostBarycenter(problem, { ...options, domain, iterations: iterations - 1 });
        expect(before.errors[point]).toBeGreaterThan(tolerance);
      });
    }
  });
});

describe("a tolerance", () => {
  const geometry = grid({ size: [5, 4] });
  const problem = randomProblem(geometry, 3, 5);
  const options = { epsilon: 2, iterations: 400, tolerance: 1e-7 };

  it("is a share of the mass", () => {
    const scaled = {
      ...problem,
      atoms: ndarray(
        problem.atoms.data.map((mass) => 1024 * mass),
        problem.atoms.shape,
      ),
    };
    for (const domain of ["auto", "log"] as const) {
      const [one, many] = [problem, scaled].map((given) => hostBarycenter(given, { ...options, domain }));
      expect(many.iterations).toEqual(one.iterations);
      expect(many.errors).toBeAllclose(one.errors, { relative: 1e-6, absolute: 1e-15 });
    }
  });

  it("that is not reached says so", () => {
    const { status, iterations } = hostBarycenter(problem, { ...options, iterations: 3 });
    expect({ status: status[0], iterations: iterations[0] }).toEqual({ status: "max-iterations", iterations: 3 });
  });

  it("needs fewer iterations from a start nearby", () => {
    const cold = hostBarycenter(problem, options);
    const warm = hostBarycenter({ ...problem, start: cold.logScalings }, options);
    expect(Math.max(...warm.iterations)).toBeLessThan(3);
  });

  it("leaves the gradient of the iterations that were carried out", () => {
    const upstream = ndarray(randomNormal(60, 3), [3, 20]);
    const found = hostBarycenter(problem, options);
    const { gradientAtoms, gradientWeights } = found.backward(upstream);
    const expectedAtoms = new Float64Array(60);
    found.iterations.forEach((iterations, point) => {
      const one = { ...problem, weights: ndarray(rowsOf(problem.weights)[point], [1, 3]) };
      const slopes = ndarray(rowsOf(upstream)[point], [1, 20]);
      const alone = hostBarycenter(one, { epsilon: 2, iterations }).backward(slopes);
      alone.gradientAtoms.data.forEach((value, i) => (expectedAtoms[i] += value));
      expect(rowsOf(gradientWeights)[point]).toBeAllclose(alone.gradientWeights.data);
    });
    expect(gradientAtoms.data).toBeAllclose(expectedAtoms);
  });

  it("is refused where gradients are those of a fixed number of iterations, and where it is none", async () => {
    const message = /^tolerance: gradients are those of a fixed number of iterations/;
    expect(() => hostBarycenterGradient(problem, options, () => undefined)).toThrow(message);
    const operator = barycenterOperator(chooseBarycenterEngine(geometry, options));
    const term = dataTerm("kl", geometry, 2, randomRows(3, 20, 8));
    await expect(operator.lossAndGradient(problem, term)).rejects.toThrow(message);
    for (const tolerance of [-1, NaN, Infinity]) {
      expect(() => hostBarycenter(problem, { ...options, tolerance })).toThrow(OptionError);
    }
    expect(InputError.prototype.isPrototypeOf(OptionError.prototype)).toBe(true);
  });
});

it("of the operator agrees with the host in float64", async () => {
  const geometry = grid({ size: [6, 5] });
  const problem = randomProblem(geometry, 3, 9);
  const options = { epsilon: 2, iterations: 300, tolerance: 1e-4 };
  const solved = await barycenterOperator(chooseBarycenterEngine(geometry, options)).solve(problem);
  const exact = hostBarycenter(problem, options);
  expect(solved.status).toEqual(exact.status);
  expect(solved.iterations).toEqual(exact.iterations);
  expect(solved.errors).toBeAllclose(exact.errors, { relative: 0.02, absolute: 1e-6 });
  expect(solved.barycenters).toBeAllclose(exact.barycenters.data, { relative: 1e-5, absolute: 1e-7 });
});
