import { describe, expect, it } from "vitest";
import { normalizeRows } from "../../../../models/wdl/dictionary.ts";
import { encode, encoderOfBarycenters, fittedEncoder } from "../../../../models/wdl/encode/encode.ts";
import { pointObjective } from "../../../../models/wdl/encode/point-objective.ts";
import { inverseCurvature, loadEncoder, predictWeights, saveEncoder } from "../../../../models/wdl/encode/encoder.ts";
import { barycenterInputs } from "../../../../models/wdl/factors.ts";
import type { Objective } from "../../../../models/optimizer.ts";
import type { WdlProblem } from "../../../../models/wdl/objective.ts";
import { affine, softmax, type RowMap } from "../../../../models/wdl/simplex.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { lbfgs } from "../../../../training/optimizers/index.ts";
import { hostOperator } from "../../../support/factors.ts";
import { dataTerm, randomRows } from "../../../support/wdl.ts";

const geometry = grid({ size: [8, 8] });
const [ATOMS, PIXELS] = [3, 64];
const CORNERS = [
  [1, 1],
  [1, 6],
  [6, 3],
];
const atoms = normalizeRows(
  Float64Array.from({ length: ATOMS * PIXELS }, (_, index) => {
    const [row, column] = CORNERS[Math.floor(index / PIXELS)];
    const place = index % PIXELS;
    return Math.exp(-((Math.floor(place / 8) - row) ** 2 + ((place % 8) - column) ** 2) / 2) + 1e-4;
  }),
  PIXELS,
);
const operator = hostOperator(geometry, { epsilon: 1, iterations: 10 });

function problemOf(
  data: Float64Array,
  weightMap: RowMap = softmax,
  loss: "quadratic" | "kl" = "quadratic",
): WdlProblem {
  return { term: dataTerm(loss, geometry, 1, data), pixels: PIXELS, atoms: ATOMS, operator, weightMap, zeta: 1 };
}

async function dataOf(weights: Float64Array): Promise<Float64Array> {
  return normalizeRows(
    await operator.barycenters(barycenterInputs({ pixels: PIXELS, operator }, { atoms, weights })),
    PIXELS,
  );
}

/** Barycenters, and a little of something that is none. */
async function noisy(points: number, seed: number): Promise<Float64Array> {
  const clean = await dataOf(randomRows(points, ATOMS, seed));
  const noise = randomRows(points, PIXELS, seed + 1);
  return normalizeRows(
    clean.map((value, index) => value + 0.05 * noise[index]),
    PIXELS,
  );
}

describe("encode", () => {
  it("finds the weights of reconstructions, negative ones too", async () => {
    const weights = Float64Array.of(0.5, 0.3, 0.2, 0.1, 0.1, 0.8);
    const tight = { evaluations: 100, tolerance: 1e-14 };
    const found = await encode({ atoms, problem: problemOf(await dataOf(weights)) }, tight);
    expect(found.weights).toBeAllclose(weights, { absolute: 1e-4, relative: 0 });
    const beyond = Float64Array.of(-0.15, 0.55, 0.6);
    const others = await encode({ atoms, problem: problemOf(await dataOf(beyond), affine) }, tight);
    expect(others.weights).toBeAllclose(beyond, { absolute: 1e-4, relative: 0 });
  });

  it("reaches what joint L-BFGS reaches, of every point, with fewer evaluations", async () => {
    const problem = problemOf(await noisy(12, 5), softmax, "kl");
    const lossesOf = async (weights: Float64Array) =>
      (await operator.lossAndGradient(barycenterInputs(problem, { atoms, weights }), problem.term)).losses;
    const each = pointObjective(problem, atoms, undefined);
    const all = Int32Array.from({ length: 12 }, (_, point) => point);
    const sum: Objective = async (beta) => {
      const { losses, gradients } = await each(all, beta);
      return { value: losses.reduce((total, loss) => total + loss), gradient: gradients };
    };
    const optimizer = lbfgs();
    let state = await optimizer.init(sum, new Float64Array(12 * ATOMS));
    while (state.iterations < 50 && state.finished === undefined) state = await optimizer.step(sum, state);
    const joint = await lossesOf(softmax.forward(state.x, ATOMS));
    const { weights, evaluations } = await encode({ atoms, problem: problem });
    (await lossesOf(weights)).forEach((loss, point) => expect(loss).toBeLessThan(joint[point] * 1.001 + 1e-9));
    expect(evaluations / 12).toBeLessThan(25);
  });
});

describe("an encoder", () => {
  it("starts new points near their encodings, and saves evaluations", async () => {
    const known = problemOf(await noisy(60, 11));
    const { weights } = await encode({ atoms, problem: known });
    const encoder = await fittedEncoder(known, atoms, weights);
    const fresh = problemOf(await noisy(20, 77));
    const plain = await encode({ atoms, problem: fresh });
    const started = await encode({ atoms, problem: fresh }, { encoder });
    const distance = (start: Float64Array) =>
      start.reduce((sum, weight, i) => sum + Math.abs(weight - plain.weights[i]), 0) / 20;
    expect(distance(predictWeights(encoder, fresh.term.data))).toBeLessThan(
      0.3 * distance(new Float64Array(60).fill(1 / 3)),
    );
    expect(started.evaluations).toBeLessThan(0.7 * plain.evaluations);
    const worse = started.losses.filter((loss, point) => loss > plain.losses[point] * 1.001);
    expect(worse.length).toBe(0);
  });

  it("is made of atoms and weights alone where there are no data", async () => {
    const encoder = await encoderOfBarycenters(problemOf(new Float64Array(0)), atoms, randomRows(40, ATOMS, 3));
    const weights = randomRows(5, ATOMS, 90);
    const predicted = predictWeights(encoder, await dataOf(weights));
    expect(predicted).toBeAllclose(weights, { absolute: 0.1, relative: 0 });
  });

  it("inverts the curvature of the free variables", async () => {
    const curvature = Float64Array.of(4, 1, 0, 1, 3, 1, 0, 1, 5);
    const lambda = Float64Array.of(0.5, 0.3, 0.2);
    const inverse = inverseCurvature(
      { anchors: new Float32Array(0), coefficients: new Float64Array(0), curvature },
      softmax,
      lambda,
    )!;
    // J^T G J with J = diag(lambda) - lambda lambda^T, written out
    const at = (m: Float64Array, i: number, j: number) => m[3 * i + j];
    const jacobian = Float64Array.from(
      { length: 9 },
      (_, k) => (k % 4 === 0 ? lambda[k / 4] : 0) - lambda[Math.floor(k / 3)] * lambda[k % 3],
    );
    const product = (a: Float64Array, b: Float64Array) =>
      Float64Array.from({ length: 9 }, (_, k) =>
        [0, 1, 2].reduce((sum, l) => sum + at(a, Math.floor(k / 3), l) * at(b, l, k % 3), 0),
      );
    const hessian = product(product(jacobian, curvature), jacobian);
    const damping = (0.1 * (hessian[0] + hessian[4] + hessian[8])) / 3;
    const damped = hessian.map((value, k) => value + (k % 4 === 0 ? damping : 0));
    expect(product(damped, inverse)).toBeAllclose([1, 0, 0, 0, 1, 0, 0, 0, 1], { absolute: 1e-12 });
  });

  it("comes back from a checkpoint, and is refused by another dictionary", async () => {
    const known = problemOf(await noisy(20, 4));
    const encoder = await fittedEncoder(known, atoms, randomRows(20, ATOMS, 8));
    expect(loadEncoder(saveEncoder(encoder), PIXELS, ATOMS)).toEqual(encoder);
    expect(() => loadEncoder(saveEncoder(encoder), PIXELS, ATOMS + 1)).toThrow(
      /coefficients: saved \[20, 3\], expected \[20, 4\]/,
    );
  });
});
