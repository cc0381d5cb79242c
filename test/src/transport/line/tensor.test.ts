import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { InputError } from "../../../../src/errors.ts";
import { emd1d } from "../../../../src/transport/line/emd1d.ts";
import { withoutMean } from "../../../support/differences.ts";
import { dot, randomHistogram, randomNormal } from "../../../support/problems.ts";

const [x, y, a, b] = [randomNormal(6, 3), randomNormal(8, 4), randomHistogram(6, 5), randomHistogram(8, 6)];
const tensor = (values: Float64Array): tf.Tensor1D => tf.tensor1d(Float32Array.from(values));
const close = { relative: 2e-5, absolute: 2e-5 };

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([1, 1.5, 2, 3])("value and gradients are the host's, p = %d", (p) => {
    const host = emd1d(x, y, { a, b, p });
    const before = tf.memory().numTensors;
    const inputs = [x, y, a, b].map(tensor);
    const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) =>
      tf.sum(emd1d(given[0], given[1], { a: given[2], b: given[3], p })),
    )(inputs);
    expect(value.dataSync()).toBeAllclose([host.value], close);
    const expected = host.gradients();
    expect(grads[0].dataSync()).toBeAllclose(expected.x, close);
    expect(grads[1].dataSync()).toBeAllclose(expected.y, close);
    expect(withoutMean(grads[2].dataSync())).toBeAllclose(expected.a, close);
    expect(withoutMean(grads[3].dataSync())).toBeAllclose(expected.b, close);
    tf.dispose([value, ...grads, ...inputs]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("a batch is its rows, with masses for all or for each", () => {
    const rows = tf.stack([tensor(x), tensor(x.map((at) => at + 1))]);
    const others = tf.stack([tensor(y), tensor(y)]);
    const expected = [
      emd1d(x, y, { a, p: 2 }).value,
      emd1d(
        x.map((at) => at + 1),
        y,
        { a, p: 2 },
      ).value,
    ];
    expect(emd1d(rows, others, { a: tensor(a), p: 2 }).dataSync()).toBeAllclose(expected, close);
    const masses = tf.stack([tensor(a), tensor(a)]);
    expect(emd1d(rows, others, { a: masses, p: 2 }).dataSync()).toBeAllclose(expected, close);
  });

  it("second derivatives are right: of points, of masses and points", () => {
    const directions = [x, y, a].map((values, at) => withoutMean(randomNormal(values.length, 20 + at)));
    const gradient = (side: number) => (given: tf.Tensor[]) =>
      tf.grads((...inputs: tf.Tensor[]) => tf.sum(emd1d(inputs[0], inputs[1], { a: inputs[2], b: tensor(b), p: 3 })))(
        given,
      )[side];
    const inputs = [x, y, a].map(tensor);
    for (const [first, second] of [
      [0, 0],
      [0, 1],
      [2, 0],
      [0, 2],
    ]) {
      const product = tf.grad((variable: tf.Tensor) => {
        const given = inputs.map((input, at) => (at === second ? variable : input));
        return tf.sum(tf.mul(gradient(first)(given), tensor(directions[first])));
      })(inputs[second]);
      const along = (by: number): number => {
        const moved = [x, y, a].map((values, at) =>
          at === second ? values.map((value, i) => value + by * directions[at][i]) : values,
        );
        const gradients = emd1d(moved[0], moved[1], { a: moved[2], b, p: 3 }).gradients();
        return dot([gradients.x, gradients.y, gradients.a][first], directions[first]);
      };
      const step = 1e-6;
      const expected = (along(step) - along(-step)) / (2 * step);
      expect([dot(product.dataSync(), directions[second])]).toBeAllclose([expected], {
        relative: 1e-4,
        absolute: 1e-4,
      });
    }
  });

  it.each([1, 1.5, 2])("at identical points values and gradients are 0, p = %d", (p) => {
    const points = tensor(x);
    const [ofX, ofA] = tf.grads((at: tf.Tensor, masses: tf.Tensor) =>
      tf.sum(emd1d(at, points, { a: masses, b: tensor(a), p })),
    )([tf.clone(points), tensor(a)]);
    expect(ofX.dataSync()).toBeAllclose(new Float64Array(x.length), { absolute: 0 });
    expect([...ofA.dataSync()].every(Number.isFinite)).toBe(true);
    const second = tf.grad((at: tf.Tensor) =>
      tf.sum(tf.grad((point: tf.Tensor) => tf.sum(emd1d(point, points, { p })))(at)),
    )(points);
    expect([...second.dataSync()].every(Number.isFinite)).toBe(true);
  });

  it.each([
    [() => emd1d(tensor(x), y as never), /expected tensors .* got \[6\] and an array/],
    [() => emd1d(tensor(x), tf.stack([tensor(y)])), /equal leading dimensions, got \[6\] and \[1, 8\]/],
    [
      () => emd1d(tensor(x), tensor(y), { a: tensor(b) }),
      /masses a: expected a tensor \[6\] or like the points, got \[8\]/,
    ],
    [() => emd1d(tensor(x), tensor(y), { a: a as never }), /masses a: .*got no tensor/],
    [() => emd1d(tf.tensor1d([NaN]), tensor(y)), /points x: expected finite/],
  ])("bad input is one line", (run, message) => {
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
  });
});
