import { describe, expect, it } from "vitest";
import { locality } from "../../../../models/wdl/locality/locality.ts";
import { dictionaryObjective, packFactors, type WdlProblem } from "../../../../models/wdl/objective.ts";
import { softmax } from "../../../../models/wdl/simplex.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { sinkhornDivergenceHost } from "../../../../src/transport/divergence-host.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { backends } from "../../../support/backends.ts";
import { hostOperator } from "../../../support/factors.ts";
import { dataTerm, directionalDifference, randomRows } from "../../../support/wdl.ts";

const [POINTS, ATOMS, PIXELS] = [4, 3, 20];
const geometry = grid({ size: [4, 5] });
const LARGEST = 9 + 16;
const EPSILON = 0.05;
const data = randomRows(POINTS, PIXELS, 3, 0.3);
const atoms = randomRows(ATOMS, PIXELS, 9);
const weights = randomRows(POINTS, ATOMS, 27);
const wide = { geometry, weight: 0.7, epsilon: EPSILON, tolerance: 1e-13, maxIterations: 100_000, wide: true };

/** sum_is lambda_is W2^2(x_i, d_s), pair by pair. */
function direct(atoms: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < POINTS; i++) {
    for (let s = 0; s < ATOMS; s++) {
      const [x, d] = [data.slice(i * PIXELS, (i + 1) * PIXELS), atoms.slice(s * PIXELS, (s + 1) * PIXELS)];
      const options = { epsilon: EPSILON * LARGEST, tolerance: 1e-13, maxIterations: 100_000 };
      sum += weights[i * ATOMS + s] * (sinkhornDivergenceHost(x, d, geometry, options).divergence / LARGEST);
    }
  }
  return sum;
}

const valueOf = (costs: Float64Array) => costs.reduce((sum, cost, index) => sum + cost * weights[index], 0);

describe("locality", () => {
  it("is the weighted sum of Sinkhorn divergences in units of the largest cost", async () => {
    const { costs, unconverged } = await locality(wide).costs(data, atoms);
    expect([valueOf(costs)]).toBeAllclose([direct(atoms)], { relative: 1e-10 });
    expect(unconverged).toBe(0);
  });

  it("has the slopes in the atoms that differences have", async () => {
    const { slopes } = await locality(wide).costs(data, atoms);
    const found = slopes(weights);
    const alpha = softmax.inverse(atoms, PIXELS);
    const direction = randomRows(ATOMS, PIXELS, 5).map((value) => value - 0.05);
    const difference = directionalDifference((x) => direct(softmax.forward(x, PIXELS)), alpha, direction, 1e-4);
    const pulled = softmax.backward(found, softmax.forward(alpha, PIXELS), PIXELS);
    const product = pulled.reduce((sum, slope, i) => sum + slope * direction[i], 0);
    expect([product]).toBeAllclose([difference], { relative: 1e-6, absolute: 1e-10 });
  });

  it("goes on from its potentials, at the same values", async () => {
    const term = locality({ ...wide, tolerance: 1e-9 });
    const moved = randomRows(ATOMS, PIXELS, 10).map((value, i) => 0.999 * atoms[i] + 0.001 * value);
    const { potentials } = await term.costs(data, atoms);
    const [cold, warm] = [await term.costs(data, moved), await term.costs(data, moved, potentials)];
    expect(warm.costs).toBeAllclose(cold.costs, { absolute: 1e-9 });
    expect(warm.iterations).toBeLessThan(cold.iterations);
  });

  it("tells of pairs that did not converge", async () => {
    const { unconverged } = await locality({ ...wide, maxIterations: 2 }).costs(data, atoms);
    expect(unconverged).toBe(POINTS * ATOMS);
  });

  it.each(backends)("is the same in float32 on %s", async (backend) => {
    await useBackend(backend);
    const shape = [PIXELS, PIXELS];
    for (const ground of [geometry, denseGeometry({ shape, data: geometry.costMatrix().data })]) {
      const exact = await locality({ ...wide, geometry: ground }).costs(data, atoms);
      const found = await locality({ ...wide, geometry: ground, tolerance: 1e-6, wide: false }).costs(data, atoms);
      expect(found.costs).toBeAllclose(exact.costs, { absolute: 2e-6, relative: 1e-4 });
      const centred = (slopes: Float64Array) => softmax.backward(slopes, atoms, PIXELS);
      expect(centred(found.slopes(weights))).toBeAllclose(centred(exact.slopes(weights)), {
        absolute: 2e-6,
        relative: 1e-3,
      });
    }
  });

  it("is in the gradient of the dictionary's objective", async () => {
    const operator = hostOperator(geometry, { epsilon: 1, iterations: 6 });
    const term = dataTerm("quadratic", geometry, 1, data);
    const problem: WdlProblem = {
      term,
      pixels: PIXELS,
      atoms: ATOMS,
      operator,
      weightMap: softmax,
      zeta: 0.5,
      locality: locality(wide),
    };
    const x = packFactors(problem, softmax.inverse(atoms, PIXELS), softmax.inverse(weights, ATOMS));
    const { value, gradient } = await dictionaryObjective(problem)(x);
    const without = await dictionaryObjective({ ...problem, locality: undefined })(x);
    expect([value - without.value]).toBeAllclose([0.7 * direct(atoms)], { relative: 1e-9 });
    const direction = x.map((_, i) => Math.sin(3 * i));
    const h = 1e-4;
    const at = async (step: number) =>
      (await dictionaryObjective(problem)(x.map((v, i) => v + step * direction[i]))).value;
    const difference = ((await at(h)) - (await at(-h))) / (2 * h);
    const product = gradient.reduce((sum, slope, i) => sum + slope * direction[i], 0);
    expect([product]).toBeAllclose([difference], { relative: 1e-6 });
  });
});
