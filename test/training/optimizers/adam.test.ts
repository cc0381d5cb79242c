import { expect, it } from "vitest";
import { adam } from "../../../training/optimizers/index.ts";

const gradients = [Float64Array.of(1, -2), Float64Array.of(0.5, 4), Float64Array.of(-3, 0.1)];

it("is Algorithm 1 of Kingma & Ba, written out", () => {
  const optimizer = adam({ rate: (step) => 0.1 / (step + 1), stabilizer: 1e-8 });
  let state = optimizer.init(Float64Array.of(1, 2));
  const [x, m, v] = [
    [1, 2],
    [0, 0],
    [0, 0],
  ];
  gradients.forEach((gradient, t) => {
    state = optimizer.step(state, gradient);
    gradient.forEach((slope, i) => {
      m[i] = 0.9 * m[i] + 0.1 * slope;
      v[i] = 0.999 * v[i] + 0.001 * slope ** 2;
      x[i] -= ((0.1 / (t + 1)) * (m[i] / (1 - 0.9 ** (t + 1)))) / (Math.sqrt(v[i] / (1 - 0.999 ** (t + 1))) + 1e-8);
    });
  });
  expect(state.x).toBeAllclose(x, { relative: 1e-13, absolute: 0 });
});

it("goes on bit for bit from what it saved", () => {
  const optimizer = adam({ rate: () => 0.1 });
  const first = optimizer.step(optimizer.init(Float64Array.of(1, 2)), gradients[0]);
  const loaded = optimizer.load(optimizer.save(first));
  expect(optimizer.step(loaded, gradients[1])).toEqual(optimizer.step(first, gradients[1]));
});
