import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import * as otlearn from "../../src/index.ts";

const { denseGeometry, emd, emdPairs, entropicValues, grid, hostBarycenter, hostDebiasedBarycenter, ndarray } = otlearn;
const masses = [0.1, 0.2, 0.7];
const others = [0.25, 0.5, 0.25];
const b = Float64Array.from(others);
const geometry = grid({ size: [3] });
const cost = [[0, 1, 4], [1, 0, 1], [4, 1, 0]]; // prettier-ignore
const epsilon = 0.5;

/** A number that depends on the masses a of every public function on the host that takes some. */
const functions: Readonly<Record<string, (a: never) => number | Promise<number>>> = {
  emd: (a) => emd(a, b, cost).value,
  emd1d: (a) => otlearn.emd1d([0, 1, 2], [0, 1, 2], { a, b }).value,
  slicedWasserstein: (a) => otlearn.slicedWasserstein([[0], [1], [2]], [[0], [1], [2]], { a, b }).value,
  sinkhornHost: (a) => otlearn.sinkhornHost(a, b, geometry, { epsilon }).f[0],
  sinkhornSymmetricHost: (a) => otlearn.sinkhornSymmetricHost(a, geometry, { epsilon }).f[0],
  sinkhornDivergenceHost: (a) => otlearn.sinkhornDivergenceHost(a, b, geometry, { epsilon }).divergence,
  entropicValues: (a) => entropicValues(a, b, geometry, otlearn.sinkhornHost(masses, b, geometry, { epsilon })).dual,
  "solve, exact": async (a) => (await otlearn.solve(a, b, cost)).value,
  "solve, entropic": async (a) => (await otlearn.solve(a, b, cost, { epsilon })).value,
};
const same: Readonly<Record<string, () => unknown>> = {
  "a plain array": () => masses,
  Float32Array: () => Float32Array.from(masses),
  "a subarray": () => Float64Array.of(9, ...masses, 9).subarray(1, 4),
};
const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
  ["a string", () => "0.1,0.2,0.7", /got a string/],
  ["strings", () => masses.map(String), /got a string at index 0/],
  ["big integers", () => BigInt64Array.of(1n, 2n, 7n), /got a BigInt64Array/],
  ["NaN", () => [0.1, NaN, 0.7], /got NaN at index 1/],
  ["null in it", () => [0.1, null, 0.7], /got null at index 1/],
  ["a hole", () => [0.1, , 0.7], /got undefined at index 1/],
  ["rows", () => masses.map((mass) => [mass]), /got an Array at index 0/],
  ["an object", () => ({ 0: 0.1, 1: 0.2, 2: 0.7, length: 3 }), /got an object/],
  ["null", () => null, /got null/],
  ["a number", () => 1, /got the number 1/],
  ["a view", () => new DataView(new ArrayBuffer(24)), /got a DataView/],
  ["too few", () => [1], /expected 3 .*got 1/],
  ["a negative one", () => [0.5, -0.2, 0.7], /got -0.2 at index 1/],
];

beforeAll(() => otlearn.useBackend("cpu"));

describe.each(Object.entries(functions))("masses of %s", (name, run) => {
  it.each(Object.entries(same))("as %s are computed with in float64", async (_, make) => {
    const given = make() as ArrayLike<number>;
    expect(await run(given as never)).toBe(await run(Float64Array.from(given) as never));
  });

  it.each(refused)("%s is one line", async (_, make, message) => {
    const attempt = async () => run(make() as never);
    await expect(attempt()).rejects.toThrow(InputError);
    await expect(attempt()).rejects.toThrow(message);
    await expect(attempt()).rejects.not.toThrow(/\n/);
  });

  it("a tensor is read, or the way to read it is said", async () => {
    const attempt = async () => run(tf.tensor1d(masses) as never);
    if (name.startsWith("solve")) expect(await attempt()).toBeCloseTo(await run(masses as never), 6);
    else await expect(attempt()).rejects.toThrow(/got a tensor \(read it with `await tensor.data\(\)`\)/);
  });
});

/** A number that depends on a matrix. */
const ofMatrices: Readonly<Record<string, (matrix: never) => number | Promise<number>>> = {
  emd: (matrix) => emd(masses, b, matrix).value,
  denseGeometry: (matrix) => denseGeometry(matrix).maxCost,
  "emdPairs' histograms": async (matrix) => (await solvedPairs(emdPairs(matrix), cost)).values[0],
  "emdPairs' cost": async (matrix) => (await solvedPairs(emdPairs([masses, others]), matrix)).values[0],
  sinkhornHostBatch: (matrix) => otlearn.sinkhornHostBatch(matrix, matrix, geometry, { epsilon })[0].f[0],
  solve: async (matrix) => (await otlearn.solve(undefined, undefined, matrix)).value,
};
async function solvedPairs(pairs: otlearn.EmdPairs, given: unknown) {
  pairs.setCost(given as number[][]);
  return pairs.solve();
}
const matrix = [[1, 2, 1], [2, 1, 1], [1, 1, 2]]; // prettier-ignore
const sameMatrix: Readonly<Record<string, () => unknown>> = {
  rows: () => matrix,
  "typed rows": () => matrix.map((row) => Float32Array.from(row)),
  "an array of integers": () => ndarray(Int32Array.from(matrix.flat()), [3, 3]),
};
const refusedMatrices: readonly (readonly [string, () => unknown, RegExp])[] = [
  ["a string", () => "1 2", /got a string/],
  ["ragged rows", () => [[1, 2, 3], [1, 2]], /expected rows of equal length/], // prettier-ignore
  ["strings", () => [["1", "2", "3"]], /got a string at index 0/],
  ["NaN", () => [[1, NaN, 1], [1, 1, 1], [1, 1, 1]], /got NaN/], // prettier-ignore
  ["nothing", () => undefined, /got undefined/],
  ["null", () => null, /got null/],
  ["big integers", () => [BigInt64Array.of(1n, 1n, 1n)], /got a BigInt64Array/],
];

describe.each(Object.entries(ofMatrices))("the matrix of %s", (_, run) => {
  it.each(Object.entries(sameMatrix))("may be %s", async (_form, make) => {
    const expected = await run(ndarray(Float64Array.from(matrix.flat()), [3, 3]) as never);
    expect(await run(make() as never)).toBe(expected);
  });

  it.each(refusedMatrices)("%s is one line", async (_name, make, message) => {
    const attempt = async () => run(make() as never);
    await expect(attempt()).rejects.toThrow(InputError);
    await expect(attempt()).rejects.toThrow(message);
  });
});

it("arguments in another order, or none, are one line", () => {
  const wrong: readonly (() => unknown)[] = [
    () => otlearn.sinkhornHost(geometry as never, masses as never, others as never, { epsilon }),
    () => otlearn.sinkhornHost(masses, others, cost as never, { epsilon }),
    () => otlearn.sinkhornHost(masses, others, geometry, undefined as never),
    () => otlearn.sinkhornHost(masses, others, geometry, {} as never),
    () => otlearn.sinkhornSymmetricHost(masses, undefined as never, { epsilon }),
    () => otlearn.sinkhornDivergenceHost(masses, others, cost as never, { epsilon }),
    () => entropicValues(masses, others, cost as never, { f: masses, g: masses, epsilon }),
    () => otlearn.transportPlan(geometry, { f: "f" as never, g: masses, epsilon }),
    () => otlearn.transportPlan(geometry, { f: masses, g: masses, epsilon: NaN }),
    () => otlearn.marginalViolation("a" as never, masses, [masses, masses]),
    () => otlearn.hilbertMetric(masses, BigInt64Array.of(1n) as never),
    () => otlearn.entropicCost(masses as never, tf.tensor1d(others), geometry.kernel(epsilon)),
    () => otlearn.entropicCost(tf.tensor1d(masses), tf.tensor1d(others), geometry as never),
    () => otlearn.sinkhornUnrolled(tf.tensor1d(masses), others as never, geometry.kernel(epsilon)),
    () => otlearn.sinkhornDivergence(tf.tensor1d(masses), tf.tensor1d(others), geometry as never),
    () =>
      hostBarycenter(
        { geometry, atoms: [masses] as never, weights: ndarray(Float64Array.of(1), [1, 1]) },
        { epsilon, iterations: 1 },
      ),
    () => hostDebiasedBarycenter({ geometry, atoms: [masses] as never, weights: [[1]] as never }, { epsilon }),
    () =>
      hostBarycenter(
        { geometry, atoms: ndarray(b, [1, 3]), weights: ndarray(Float64Array.of(1), [1, 1]) },
        undefined as never,
      ),
    () => otlearn.freeSupportBarycenter([[[1, 2]]], undefined as never),
    () => otlearn.freeSupportBarycenter([[[1, 2]], "b" as never], { points: 1 }),
    () => otlearn.lowRankSinkhorn(masses, others, geometry, undefined as never),
    () => otlearn.lowRankSinkhorn(masses, others, cost as never, { rank: 1 }),
    () => otlearn.partialTransport(masses, others, cost, undefined as never),
    () => otlearn.entropicPartialTransport(masses, others, geometry, undefined as never),
    () => otlearn.entropicPartialTransport(masses, others, cost as never, { epsilon, mass: 0.5 }),
    () => otlearn.entropicGradient(masses, others, geometry, undefined as never),
    () => otlearn.entropicGradient(masses, others, cost as never, { epsilon }),
    () => otlearn.entropicHessianProduct(masses, others, cost as never, {}, { epsilon }),
    () => otlearn.divergenceGradient(masses, others, geometry, undefined as never),
    () => otlearn.divergenceGradient(masses, others, cost as never, { epsilon }),
    () => otlearn.divergenceHessianProduct(masses, others, geometry, {}, undefined as never),
  ];
  wrong.forEach((run, index) => expect(run, `case ${index}`).toThrow(InputError));
});

it("clouds of a barycenter are points as callers have them", () => {
  const { support } = otlearn.freeSupportBarycenter([[[0, 0]], [Float32Array.of(2, 4)]], { support: [[1, 0]] });
  expect([...support.data]).toEqual([1, 2]);
});

it("sinkhorn on tensors takes arrays, and gives back what it made of them", async () => {
  const before = tf.memory().numTensors;
  const options = { epsilon, tolerance: 1e-6 };
  const one = await otlearn.sinkhorn(masses, b, geometry, options);
  expect(one.f.shape).toEqual([3]);
  const many = await otlearn.sinkhorn([masses, masses], [others, others], geometry, options);
  expect(many.f.shape).toEqual([2, 3]);
  expect(many.f.dataSync().slice(3)).toEqual(one.f.dataSync());
  await expect(otlearn.sinkhorn("a" as never, b, geometry, options)).rejects.toThrow(
    /masses a: expected a tensor, .* got a string/,
  );
  await expect(otlearn.sinkhorn([1, 2], b, geometry, options)).rejects.toThrow(InputError);
  await expect(otlearn.sinkhorn(masses, b, cost as never, options)).rejects.toThrow(
    /^sinkhorn: expected a geometry .* got an Array/,
  );
  tf.dispose([one.f, one.g, many.f, many.g]);
  expect(tf.memory().numTensors).toBe(before);
});
