import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../../src/geometry/dense.ts";
import { grid } from "../../../../../src/geometry/grid.ts";
import { ndarray } from "../../../../../src/tensor/ndarray.ts";
import { withLevelStart } from "../../../../../src/transport/barycenter/debiased/level-start.ts";
import { hostOperator } from "../../../../support/factors.ts";
import { dataTerm, randomFactors, randomRows } from "../../../../support/wdl.ts";

const massOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

describe.each([
  ["an image", grid({ size: [16, 12] }), 1],
  ["a line", grid({ size: [150] }), 3],
  ["a cost matrix", denseGeometry(grid({ size: [9, 9] }).costMatrix()), 2],
] as const)("%s", (_, geometry, epsilon) => {
  const pixels = geometry.shape[0];
  const { atoms, weights } = randomFactors(1, 3, pixels, 5);
  const inputs = { atoms: ndarray(atoms, [3, pixels]), weights: ndarray(weights, [1, 3]) };
  const operators = (iterations: number) => {
    const fromOnes = hostOperator(geometry, { epsilon, iterations, debiased: true });
    return [fromOnes, withLevelStart(fromOnes, geometry, epsilon)] as const;
  };

  it("has the iterates from ones, with a mass near 1", async () => {
    for (const iterations of [1, 2, 3, 5, 10]) {
      const [fromOnes, level] = operators(iterations);
      const [expected, found] = [await fromOnes.barycenters(inputs), await level.barycenters(inputs)];
      const [was, mass] = [massOf(expected), massOf(found)];
      expect(found.map((value) => value / mass)).toBeAllclose(
        expected.map((value) => value / was),
        { relative: 1e-6, absolute: 1e-12 }, // a start is float32
      );
      expect(Math.abs(Math.log(mass))).toBeLessThan(0.2);
      if (iterations > 1) expect(Math.abs(Math.log(mass))).toBeLessThan(Math.abs(Math.log(was)));
    }
    const [fromOnes] = operators(2);
    expect(massOf(await fromOnes.barycenters(inputs))).toBeLessThan(0.2);
  });

  it("goes on from a start as it is given, and its scalings are of its own iterations", async () => {
    const [[, three], [, four], [fromOnes, seven]] = [operators(3), operators(4), operators(7)];
    const start = ndarray(await three.logScalings(inputs), three.logScalingShape(1, 3, pixels));
    const whole = await seven.barycenters(inputs);
    expect(await four.barycenters({ ...inputs, start })).toBeAllclose(whole, { relative: 1e-5, absolute: 1e-9 });
    const given = ndarray(new Float32Array(start.data.length), start.shape);
    expect(await seven.barycenters({ ...inputs, start: given })).toEqual(await fromOnes.barycenters(inputs));
  });

  it("has the gradient of its own value", async () => {
    const [, level] = operators(4);
    const term = dataTerm("kl", geometry, epsilon, randomRows(1, pixels, 8));
    const { gradient } = await level.lossAndGradient(inputs, term);
    const direction = weights.map((_weight, s) => [1, -0.3, -0.7][s]);
    const at = async (step: number) => {
      const moved = ndarray(
        weights.map((weight, s) => weight + step * direction[s]),
        [1, 3],
      );
      return (await level.lossAndGradient({ ...inputs, weights: moved }, term)).value;
    };
    const difference = ((await at(1e-5)) - (await at(-1e-5))) / 2e-5;
    const slope = gradient.weights.reduce((sum, value, s) => sum + value * direction[s], 0);
    expect(slope).toBeCloseTo(difference, 6);
  });

  it("counts the start among what it needs", () => {
    const [fromOnes, level] = operators(3);
    expect(level.bytes(7, 3) - fromOnes.bytes(7, 3)).toBe(4 * 7 * 4 * pixels);
  });
});
