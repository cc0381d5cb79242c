import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { gridProblem } from "../../../../models/sinkinit/any-grid/grid-problem.ts";
import { anyGridInitializer, hostStart, tensorStart } from "../../../../models/sinkinit/any-grid/initializer.ts";
import { ANY_GRID } from "../../../../models/sinkinit/any-grid/spec.ts";
import { grid, unitGrid } from "../../../../src/geometry/grid.ts";
import { nativeStatus } from "../../../../src/native/loader.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { sinkhornUnrolled } from "../../../../src/transport/sinkhorn/unrolled.ts";
import { randomPairs, untrained } from "../../../children/any-grid.ts";
import { backends } from "../../../support/backends.ts";
import { expectSameBits, printedBy, type Bits } from "../../../support/children.ts";
import { itOnEachSet } from "../../../support/instruction-sets.ts";

const trained = { spec: ANY_GRID, weights: untrained() };
const PAIRS = 5;

/** What both sides of a comparison are given. */
const CASES = [
  [[28, 28], 0.01],
  [[8, 8], 0.1],
  [[9, 23], 0.001],
  [[8, 128], 0.03],
  [[48, 64], 0.003],
  [[128, 128], 0.001],
] as const;

/** The largest difference where nu has mass, relative where potentials are above one: what float32 holds of them. */
function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>, masses: ArrayLike<number>): number {
  return Array.from(expected).reduce((most, value, at) => {
    if (masses[at] === 0) return most;
    return Math.max(most, Math.abs(value - got[at]) / Math.max(1, Math.abs(value)));
  }, 0);
}

/** By the host's float64. */
function expectedOf(size: readonly [number, number], epsilon: number, pairs: ReturnType<typeof randomPairs>) {
  const [a, b] = [pairs.a, pairs.b].map((masses) => Float64Array.from(masses));
  return hostStart(trained, gridProblem("test", unitGrid(size), epsilon), { a, b, epsilon });
}

describe.each(backends)("on %s", (backend) => {
  it.each(CASES)("operations of the backend agree with float64 on the host: %j at %f", async (size, epsilon) => {
    await useBackend(backend);
    const pairs = randomPairs(PAIRS, size, 7);
    const [a, b] = [pairs.a, pairs.b].map((masses) => tf.tensor2d(masses, [PAIRS, size[0] * size[1]]));
    const g = tensorStart(trained, gridProblem("test", unitGrid(size), epsilon), { a, b, epsilon });
    expect(largestDifference(await g.data(), expectedOf(size, epsilon, pairs), pairs.b)).toBeLessThan(1e-5);
    tf.dispose([a, b, g]);
  });

  it("an initialiser leaks no tensor and gives a batch of any shape", async () => {
    await useBackend(backend);
    const learned = anyGridInitializer(ANY_GRID, trained.weights);
    const { a, b } = randomPairs(6, [12, 10], 1);
    const [first, second] = [a, b].map((masses) => tf.tensor3d(masses, [2, 3, 120]));
    const problem = { geometry: unitGrid([12, 10]), a: first, b: second, epsilon: 0.02 };
    learned.tensorPotential(problem).dispose();
    const { numTensors } = tf.memory();
    const g = learned.tensorPotential(problem);
    expect(g.shape).toEqual([2, 3, 120]);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    tf.dispose([first, second, g]);
  });
});

describe("gradients", () => {
  it("do not go through the start", async () => {
    await useBackend("cpu");
    const learned = anyGridInitializer(ANY_GRID, trained.weights);
    const { a, b } = randomPairs(1, [8, 8], 2);
    const geometry = unitGrid([8, 8]);
    const kernel = geometry.kernel(0.05);
    const [mu, nu] = [a, b].map((masses) => tf.tensor1d(masses.map((mass) => (mass + 1e-3) / 1.064)));
    const start = learned.tensorPotential({ geometry, a: mu, b: nu, epsilon: 0.05 });
    const gradientFrom = (tensorPotential: typeof learned.tensorPotential): tf.Tensor =>
      tf.grad((x) =>
        tf.sum(sinkhornUnrolled(x, nu, kernel, { iterations: 2, initializer: { name: "", tensorPotential } }).f),
      )(mu);
    const through = gradientFrom(learned.tensorPotential);
    const beside = gradientFrom(() => start.clone());
    expect(await through.data()).toEqual(await beside.data());
    tf.dispose([mu, nu, start, through, beside]);
    kernel.dispose();
  });
});

const { addon, detail } = nativeStatus();
describe.skipIf(!addon)(addon ? "native kernels" : `native kernels (skipped: ${detail})`, () => {
  const learned = anyGridInitializer(ANY_GRID, trained.weights);

  it.each(CASES)("agree with float64 on the host: %j at %f", async (size, epsilon) => {
    await useBackend("cpu");
    const pairs = randomPairs(PAIRS, size, 11);
    const [a, b] = [pairs.a, pairs.b].map((masses) => tf.tensor2d(masses, [PAIRS, size[0] * size[1]]));
    const g = learned.tensorPotential({ geometry: unitGrid(size), a, b, epsilon });
    expect(largestDifference(await g.data(), expectedOf(size, epsilon, pairs), pairs.b)).toBeLessThan(1e-5);
    tf.dispose([a, b, g]);
  });

  it("take totals other than one, and units of any length", async () => {
    const size = [14, 19] as const;
    const { a, b } = randomPairs(1, size, 5);
    const [mu, nu] = [a, b].map((masses) => Float64Array.from(masses));
    const once = learned.hostPotential({ geometry: grid({ size, spacing: 1 / 18 }), a: mu, b: nu, epsilon: 0.01 });
    const pixels = grid({ size, spacing: 1 });
    const scaled = learned.hostPotential({
      geometry: pixels,
      a: mu.map((mass) => 3 * mass),
      b: nu.map((mass) => 0.2 * mass),
      epsilon: 0.01 * 18 ** 2,
    });
    expect(
      largestDifference(
        scaled.map((g) => g / 18 ** 2),
        once,
        nu,
      ),
    ).toBeLessThan(1e-5);
  });

  it("give a pair the same bits alone and in a batch, whatever was computed before", async () => {
    const size = [20, 24] as const;
    const points = 480;
    const count = 31;
    const { a, b } = randomPairs(count, size, 6);
    const [first, second] = [a, b].map((masses) => tf.tensor2d(masses, [count, points]));
    const all = await learned.tensorPotential({ geometry: unitGrid(size), a: first, b: second, epsilon: 0.004 }).data();
    for (const pair of [0, 13, 14, 30]) {
      const row = (masses: Float32Array) => Float64Array.from(masses.subarray(pair * points, (pair + 1) * points));
      learned.hostPotential({
        geometry: unitGrid([8, 8]),
        a: row(a).slice(0, 64),
        b: row(b).slice(0, 64).fill(1),
        epsilon: 0.1,
      });
      const alone = learned.hostPotential({ geometry: unitGrid(size), a: row(a), b: row(b), epsilon: 0.004 });
      expect(Float32Array.from(alone)).toEqual(all.slice(pair * points, (pair + 1) * points));
    }
    const [mu, nu] = [a, b].map((masses) => Float64Array.from(masses));
    const hosted = learned.hostPotentials!({ geometry: unitGrid(size), a: mu, b: nu, pairs: count, epsilon: 0.004 });
    expect(hosted).toEqual(all);
    tf.dispose([first, second]);
  });

  it("1, 2 and 8 threads give the same bits", () => expectSameBits("any-grid-bits"));

  itOnEachSet("agree with plain code", async (environment) => {
    const [plain, here] = await Promise.all([
      printedBy<Bits>("any-grid-bits", { OTLEARN_ISA: "plain" }),
      printedBy<Bits>("any-grid-bits", environment),
    ]);
    here.sample.forEach((value, at) => expect(Math.abs(value - plain.sample[at])).toBeLessThan(1e-5));
  });
});
