import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { maxSlicedWasserstein, slicedWasserstein } from "../../../../src/transport/sliced/sliced.ts";
import { centralDifferences, withoutMean } from "../../../support/differences.ts";
import { randomHistogram, randomNormal } from "../../../support/problems.ts";
import { reference } from "../../../support/reference.ts";

interface Slices {
  readonly p: number;
  readonly x: number[][];
  readonly y: number[][];
  readonly a: number[] | null;
  readonly b: number[] | null;
  readonly directions: number[][];
  readonly distance: number;
  readonly maxDistance: number;
  readonly gradientX: number[][];
  readonly gradientY: number[][];
}

beforeAll(() => useBackend("wasm"));

const { slices } = reference<{ slices: Slices[] }>("line");
const cases = slices.map(({ a, b, ...rest }) => ({ ...rest, masses: { a: a ?? undefined, b: b ?? undefined } }));
const close = { relative: 2e-5, absolute: 2e-5 };

describe.each(cases)("p = $p against POT", ({ p, x, y, masses, directions, distance, maxDistance, ...gradients }) => {
  const options = { ...masses, p, directions };

  it("distances and gradients in float64", () => {
    const sliced = slicedWasserstein(x, y, options);
    expect([sliced.distance, sliced.value]).toBeAllclose([distance, distance ** p]);
    expect([maxSlicedWasserstein(x, y, options).distance]).toBeAllclose([maxDistance]);
    expect(sliced.gradients().x).toBeAllclose(gradients.gradientX);
    expect(sliced.gradients().y).toBeAllclose(gradients.gradientY);
  });

  it("the same on the tape", () => {
    const given = {
      p,
      directions,
      a: masses.a && tf.tensor1d(masses.a),
      b: masses.b && tf.tensor1d(masses.b),
    };
    const [first, second] = [tf.tensor2d(x), tf.tensor2d(y)];
    expect(slicedWasserstein(first, second, given).dataSync()).toBeAllclose([distance ** p], close);
    expect(maxSlicedWasserstein(first, second, given).dataSync()).toBeAllclose([maxDistance ** p], close);
    const [ofX, ofY] = tf.grads((u: tf.Tensor, v: tf.Tensor) => slicedWasserstein(u, v, given))([first, second]);
    expect(ofX.dataSync()).toBeAllclose(gradients.gradientX, close);
    expect(ofY.dataSync()).toBeAllclose(gradients.gradientY, close);
    const expected = maxSlicedWasserstein(x, y, options).gradients();
    const ofLargest = tf.grad((u: tf.Tensor) => maxSlicedWasserstein(u, second, given))(first);
    expect(ofLargest.dataSync()).toBeAllclose(expected.x, close);
  });
});

it("gradients in points and masses are central differences, in float64 and on the tape", () => {
  const [x, y, a, b] = [randomNormal(12, 1), randomNormal(15, 2), randomHistogram(4, 3), randomHistogram(5, 4)];
  const at = (points: Float64Array) => ndarray(points, [points.length / 3, 3]);
  const options = { b, seed: 4, projections: 7 };
  for (const distance of [slicedWasserstein, maxSlicedWasserstein]) {
    const gradients = distance(at(x), at(y), { ...options, a }).gradients();
    const ofPoints = centralDifferences((moved) => distance(at(moved), at(y), { ...options, a }).value, x);
    expect(gradients.x).toBeAllclose(ofPoints, { absolute: 1e-7 });
    const ofMasses = centralDifferences((moved) => {
      const total = moved.reduce((sum, mass) => sum + mass, 0);
      return distance(at(x), at(y), { ...options, a: moved.map((mass) => mass + (1 - total) / 4) }).value;
    }, a);
    expect(gradients.a).toBeAllclose(withoutMean(ofMasses), { absolute: 1e-7 });
    const tape = tf.grad((masses: tf.Tensor) =>
      distance(tf.tensor2d(Array.from(x), [4, 3]), tf.tensor2d(Array.from(y), [5, 3]), {
        seed: 4,
        projections: 7,
        a: masses,
        b: tf.tensor1d(Array.from(b)),
      }),
    )(tf.tensor1d(Array.from(a)));
    expect(withoutMean(tape.dataSync())).toBeAllclose(gradients.a, close);
  }
});

it("draws the same directions from a seed, and others from another", () => {
  const [x, y] = [[[0, 1], [2, 1]], [[1, 1], [0, 5]]]; // prettier-ignore
  const drawn = (seed?: number) => slicedWasserstein(x, y, { seed, projections: 3 }).directions;
  expect(drawn(0)).toEqual(drawn());
  expect(drawn(1).data).not.toEqual(drawn().data);
  expect(drawn().shape).toEqual([3, 2]);
});

it("one direction of the line is emd1d, whose length does not matter", () => {
  const options = { p: 1, directions: [[-3]] };
  expect(slicedWasserstein([[0], [1]], [[5], [7]], options).value).toBe(5.5);
});

it.each([
  [{ directions: [[0, 0]] }, /positive finite length, got 0 in row 0/],
  [{ directions: [[1, 0, 0]] }, /expected \[projections, 2\] like the points, got \[1, 3\]/],
  [{ projections: 0 }, /projections: expected a positive integer/],
  [{ p: NaN }, /p: expected a finite number >= 1/],
  [{ a: [1] }, /masses a: expected 2/],
])("refuses %j", (options, message) => {
  const run = () => slicedWasserstein([[0, 0], [1, 1]], [[0, 1]], options); // prettier-ignore
  expect(run).toThrow(InputError);
  expect(run).toThrow(message);
});
