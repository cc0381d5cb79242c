import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { sinkhornDivergenceHost } from "../../../../src/transport/divergence-host.ts";
import { sinkhornDivergence } from "../../../../src/transport/divergence.ts";
import { previousSolution } from "../../../../src/transport/initializers/previous.ts";
import { entropicCost } from "../../../../src/transport/entropic-cost.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { entropicValues, objectiveGradients, transportPlan } from "../../../../src/transport/sinkhorn/objective.ts";
import { sinkhornUnrolled } from "../../../../src/transport/sinkhorn/unrolled.ts";
import { backends } from "../../../support/backends.ts";
import { points, randomMasses, randomNormal } from "../../../support/problems.ts";
import { rounded, rowsTensor } from "../../../support/sinkhorn.ts";
import { unbalancedReference } from "../../../support/unbalanced.ts";

const isFast = (backend: string) => backend !== "webgpu";
const total = (masses: Float64Array) => masses.reduce((sum, mass) => sum + mass, 0);
const PENALTIES = [0.02, 0.5, 30, 1e6, { a: 0.3, b: 4 }, { a: Infinity, b: 0.4 }, { a: 0.4, b: Infinity }];

describe("the unbalanced divergence in float64", () => {
  it.each(unbalancedReference.divergences)("has the value of POT's plans at rho $rho", (problem) => {
    const [x, y] = [points(problem.x), points(problem.y)];
    const [a, b] = [Float64Array.from(problem.a), Float64Array.from(problem.b)];
    const geometries = { xy: pointCloud(x, y), xx: pointCloud(x, x), yy: pointCloud(y, y) };
    const options = { epsilon: problem.epsilon, rho: problem.rho ?? Infinity, tolerance: 1e-13 };
    const { divergence, gradientA, gradientB } = sinkhornDivergenceHost(a, b, geometries, options);
    expect([divergence]).toBeAllclose([problem.divergence], { relative: 1e-10, absolute: 1e-12 });
    if (problem.rho === null) return;
    const step = 1e-5;
    const valueAt = (ofA: Float64Array, ofB: Float64Array) =>
      sinkhornDivergenceHost(ofA, ofB, geometries, options).divergence;
    const differences = (masses: Float64Array, at: (moved: Float64Array) => number) =>
      masses.map((_, index) => {
        const moved = (by: number) => at(masses.map((mass, i) => (i === index ? mass + by : mass)));
        return (moved(step) - moved(-step)) / (2 * step);
      });
    const within = { relative: 1e-5, absolute: 1e-7 };
    expect(gradientA).toBeAllclose(
      differences(a, (moved) => valueAt(moved, b)),
      within,
    );
    expect(gradientB).toBeAllclose(
      differences(b, (moved) => valueAt(a, moved)),
      within,
    );
  });

  it("is zero for equal measures, positive for others of any totals, symmetric, and knows one rho", () => {
    const geometry = unitGrid([4, 4]);
    const [a, b] = [randomMasses(16, 1, 0.3), randomMasses(16, 2, 0.3)];
    for (const rho of [0.01, 0.3, 10, 1e6]) {
      const options = { epsilon: 0.05, rho, tolerance: 1e-13 };
      const of = (first: Float64Array, second: Float64Array) =>
        sinkhornDivergenceHost(first, second, geometry, options);
      const same = of(a, a);
      expect(Math.abs(same.divergence)).toBeLessThan(1e-9 * Math.max(1, rho));
      expect(same.gradientA).toBeAllclose(new Float64Array(16), { absolute: 1e-8 * Math.max(1, rho) });
      for (const factor of [0.3, 1, 2]) {
        const other = b.map((mass) => mass * factor);
        const { divergence } = of(a, other);
        expect(divergence).toBeGreaterThan(0);
        expect([of(other, a).divergence]).toBeAllclose([divergence], { relative: 1e-6, absolute: 1e-10 });
        // a measure and a part of it differ by the mass alone
        const part = a.map((mass) => mass * factor);
        if (factor !== 1) expect(of(a, part).divergence).toBeGreaterThan(1e-4 * Math.min(rho, 1));
      }
    }
    const options = { epsilon: 0.05, rho: { a: 1, b: 2 } };
    expect(() => sinkhornDivergenceHost(a, b, geometry, options)).toThrow(/one for both sides of a divergence/);
  });
});

describe.each(backends.filter(isFast))("unbalanced operations on the tape, on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  const geometry = unitGrid([4, 3]);
  const epsilon = 0.1;
  const rows = [rounded(randomMasses(12, 1, 0.2)), rounded(randomMasses(12, 2, 0.2))];
  const others = [rounded(randomMasses(12, 3, 0.2)), rounded(randomMasses(12, 4, 0.2).map((mass) => 2 * mass))];
  const normalised = (masses: Float64Array, like: Float64Array) =>
    rounded(masses.map((mass) => (mass * total(like)) / total(masses)));

  it.each(PENALTIES)("entropicCost and its gradients are the host's, rho %j", async (rho) => {
    const balancedSide = typeof rho === "object" && (rho.a === Infinity || rho.b === Infinity);
    const right = balancedSide ? others.map((masses, pair) => normalised(masses, rows[pair])) : others;
    const kernel = geometry.kernel(epsilon);
    const [a, b] = [rowsTensor(rows), rowsTensor(right)];
    for (const domain of ["auto", "log"] as const) {
      const options = { iterations: 400, domain, rho };
      const value = entropicCost(a, b, kernel, options);
      const [gradientA, gradientB] = tf.grads((first, second) => tf.sum(entropicCost(first, second, kernel, options)))([
        a,
        b,
      ]);
      const [values, ofA, ofB] = [await value.data(), await gradientA.data(), await gradientB.data()];
      rows.forEach((masses, pair) => {
        const solved = sinkhornHost(masses, right[pair], geometry, { epsilon, rho, tolerance: 1e-13 });
        const { dual } = entropicValues(masses, right[pair], geometry, solved);
        const expected = objectiveGradients(masses, right[pair], geometry, solved);
        const scale = Math.max(...expected.a.map(Math.abs), ...expected.b.map(Math.abs));
        const within = { relative: 2e-5, absolute: 1e-5 + 2e-6 * scale };
        expect([values[pair]]).toBeAllclose([dual], { relative: 2e-5, absolute: 1e-5 });
        expect(ofA.slice(12 * pair, 12 * pair + 12)).toBeAllclose(expected.a, within);
        expect(ofB.slice(12 * pair, 12 * pair + 12)).toBeAllclose(expected.b, within);
      });
      tf.dispose([value, gradientA, gradientB]);
    }
    kernel.dispose();
  });

  it.each([0.02, 0.5, 30, 1e3])("sinkhornDivergence and its gradients are the host's, rho %d", async (rho) => {
    const kernel = geometry.kernel(epsilon);
    const [a, b] = [rowsTensor(rows), rowsTensor(others)];
    const options = { iterations: 300, rho };
    const value = sinkhornDivergence(a, b, kernel, options);
    const [gradientA, gradientB] = tf.grads((first, second) =>
      tf.sum(sinkhornDivergence(first, second, kernel, options)),
    )([a, b]);
    const [values, ofA, ofB] = [await value.data(), await gradientA.data(), await gradientB.data()];
    rows.forEach((masses, pair) => {
      const host = sinkhornDivergenceHost(masses, others[pair], geometry, { epsilon, rho, tolerance: 1e-13 });
      const scale = Math.max(...host.gradientA.map(Math.abs), ...host.gradientB.map(Math.abs));
      const within = { relative: 1e-5, absolute: 1e-5 + 5e-6 * scale };
      expect([values[pair]]).toBeAllclose([host.divergence], { relative: 1e-4, absolute: 2e-6 });
      expect(ofA.slice(12 * pair, 12 * pair + 12)).toBeAllclose(host.gradientA, within);
      expect(ofB.slice(12 * pair, 12 * pair + 12)).toBeAllclose(host.gradientB, within);
    });
    const same = sinkhornDivergence(a, a, kernel, options);
    expect(await same.data()).toBeAllclose([0, 0], { absolute: 1e-6 * Math.max(1, rho) });
    kernel.dispose();
  });

  it.each([0.3, 5, { a: Infinity, b: 1 }])(
    "sinkhornUnrolled: the gradient of few iterations is that of float64, rho %j",
    async (rho) => {
      const cost = pointCloud(
        points(Array.from({ length: 5 }, (_, i) => Array.from(randomNormal(2, i)))),
        points(Array.from({ length: 4 }, (_, i) => Array.from(randomNormal(2, 50 + i)))),
      );
      const dense = denseGeometry(cost.costMatrix());
      const a = rounded(Float64Array.of(0.3, 0.1, 0, 0.25, 0.4));
      const b = normalised(Float64Array.of(0.5, 0.1, 0.7, 0.2), typeof rho === "object" ? a : Float64Array.of(1.6));
      const epsilonOfCloud = dense.maxCost / 10;
      const kernel = dense.kernel(epsilonOfCloud);
      const weights = Float64Array.of(0.3, -0.2, 0.9, -0.4);
      const g0 = Float64Array.of(0.1, -0.3, 0.2, 0);
      const run = { iterations: 3, rho };
      const hostValue = (ofA: Float64Array, ofB: Float64Array, start: Float64Array) => {
        const initializer = previousSolution(start);
        const options = { epsilon: epsilonOfCloud, rho, maxIterations: 3, tolerance: 0, initializer };
        const { g } = sinkhornHost(ofA, ofB, dense, options);
        return g.reduce((sum, value, j) => sum + value * weights[j], 0);
      };
      for (const domain of ["scaling", "log"] as const) {
        const valueOf = (ofA: tf.Tensor, ofB: tf.Tensor, start: tf.Tensor) => {
          const options = { ...run, domain, initializer: previousSolution(start) };
          const { g } = sinkhornUnrolled(ofA, ofB, kernel, options);
          return tf.sum(tf.mul(g, rowsTensor([weights]))) as tf.Scalar;
        };
        const inputs = [a, b, g0].map((row) => rowsTensor([row]));
        const gradients = tf.grads((...each) => valueOf(each[0], each[1], each[2]))(inputs);
        const host = [a, b, g0] as const;
        for (const [which, gradient] of gradients.entries()) {
          const actual = await gradient.data();
          host[which].forEach((entry, index) => {
            if (which === 0 && entry === 0) return; // a one-sided derivative
            const at = (by: number) => {
              const moved = host.map((row, k) =>
                row.map((value, i) => (k === which && i === index ? value + by : value)),
              );
              return hostValue(moved[0], moved[1], moved[2]);
            };
            const isConstrained = typeof rho === "object" && which < 2; // totals may not differ there by more than rounding
            const step = isConstrained ? 1e-7 : 1e-5;
            const expected = (at(step) - at(-step)) / (2 * step);
            expect([actual[index]]).toBeAllclose([expected], { relative: 1e-3, absolute: 1e-4 });
          });
        }
      }
      kernel.dispose();
    },
  );

  it.each([0.1, 2, { a: 0.3, b: 4 }])(
    "gradients in points, entries and epsilon are central differences of float64, rho %j",
    async (rho) => {
      const [n, m] = [5, 4];
      const x = rounded(randomNormal(2 * n, 1));
      const y = rounded(randomNormal(2 * m, 2));
      const a = rounded(Float64Array.of(0.3, 0.1, 0, 0.25, 0.4));
      const b = rounded(Float64Array.of(0.5, 0.1, 0.7, 0.2));
      const epsilonOfCloud = 0.75;
      const isOne = typeof rho === "number";
      const options = { tolerance: 1e-13, rho };
      const clouds = (ofX: Float64Array, ofY: Float64Array) => {
        const [first, second] = [ndarray(ofX, [n, 2]), ndarray(ofY, [m, 2])];
        return { xy: pointCloud(first, second), xx: pointCloud(first, first), yy: pointCloud(second, second) };
      };
      const hostCost = (ofX: Float64Array, ofY: Float64Array, epsilonNow: number) => {
        const { xy } = clouds(ofX, ofY);
        return entropicValues(a, b, xy, sinkhornHost(a, b, xy, { ...options, epsilon: epsilonNow })).dual;
      };
      const hostDivergence = (ofX: Float64Array, ofY: Float64Array, epsilonNow: number) =>
        sinkhornDivergenceHost(a, b, clouds(ofX, ofY), { ...options, rho: rho as number, epsilon: epsilonNow })
          .divergence;
      const at = [x, y, Float64Array.of(epsilonOfCloud)] as const;
      const differences = (of: typeof hostCost) =>
        at.map((row, which) =>
          row.map((_, index) => {
            const value = (by: number) => {
              const [ofX, ofY, [epsilonNow]] = at.map((other, k) =>
                other.map((entry, i) => (k === which && i === index ? entry + by : entry)),
              );
              return of(ofX, ofY, epsilonNow);
            };
            return (value(1e-5) - value(-1e-5)) / 2e-5;
          }),
        );
      const [first, second] = [rowsTensor([a]), rowsTensor([b])];
      const inputs = [
        tf.tensor2d(Float32Array.from(x), [n, 2]),
        tf.tensor2d(Float32Array.from(y), [m, 2]),
        tf.scalar(0.75),
      ];
      const before = tf.memory().numTensors;
      const operations = [
        { of: entropicCost, host: hostCost },
        ...(isOne ? [{ of: sinkhornDivergence as typeof entropicCost, host: hostDivergence }] : []),
      ];
      for (const { of, host } of operations) {
        const value = (ofX: tf.Tensor, ofY: tf.Tensor, epsilonNow: tf.Tensor) => {
          const kernel = pointCloud(ofX as tf.Tensor2D, ofY as tf.Tensor2D).kernel(epsilonNow as tf.Scalar);
          return tf.sum(of(first, second, kernel, { iterations: 200, rho }));
        };
        const gradients = tf.grads((...each) => value(each[0], each[1], each[2]))(inputs);
        const expected = differences(host);
        for (const [which, gradient] of gradients.entries()) {
          expect(await gradient.data()).toBeAllclose(expected[which], { relative: 1e-3, absolute: 3e-5 });
        }
        tf.dispose(gradients);
      }
      const entries = denseGeometry(clouds(x, y).xy.costMatrix());
      const cost = tf.tensor2d(Float32Array.from(entries.cost.data), [n, m]);
      const [ofCost] = tf.grads((entriesNow) =>
        tf.sum(
          entropicCost(first, second, denseGeometry(entriesNow as tf.Tensor2D).kernel(0.75), { iterations: 200, rho }),
        ),
      )([cost]);
      // the derivative in the entries is the plan
      const solved = sinkhornHost(a, b, entries, { ...options, epsilon: 0.75 });
      expect(await ofCost.data()).toBeAllclose(transportPlan(entries, solved).data, { relative: 1e-4, absolute: 1e-6 });
      tf.dispose([cost, ofCost]);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it("second derivatives of the values are refused; those of the iterations are central differences of first ones", async () => {
    const kernel = geometry.kernel(epsilon);
    const [a, b] = [rowsTensor([rows[0]]), rowsTensor([others[0]])];
    for (const operation of [entropicCost, sinkhornDivergence as typeof entropicCost]) {
      const twice = tf.grad((first: tf.Tensor) =>
        tf.sum(tf.grad((x: tf.Tensor) => tf.sum(operation(x, b, kernel, { iterations: 5, rho: 1 })))(first)),
      );
      expect(() => twice(a)).toThrow(/has no second derivatives with rho/);
    }
    const slope = (ofA: tf.Tensor): tf.Tensor =>
      tf.grad((x: tf.Tensor) => {
        const { g } = sinkhornUnrolled(x, b, kernel, { iterations: 3, rho: { a: 0.5, b: 2 }, domain: "log" });
        return tf.sum(tf.where(tf.greater(b, 0), tf.mul(g, g), tf.zerosLike(g)));
      })(ofA);
    const direction = rowsTensor([rows[0].map((mass, i) => (mass > 0 ? Math.sin(i) : 0))]);
    const product = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(slope(x), direction)))(a);
    const [forward, backward] = [1, -1].map((sign) => slope(tf.add(a, tf.mul(direction, sign * 5e-3))));
    const present = rowsTensor([rows[0].map((mass) => (mass > 0 ? 1 : 0))]);
    const expected = await tf.mul(tf.div(tf.sub(forward, backward), 1e-2), present).data();
    const scale = Math.max(...Array.from(expected, Math.abs));
    expect(await tf.mul(product, present).data()).toBeAllclose(expected, { relative: 0.02, absolute: 0.01 * scale });
    kernel.dispose();
  });

  it("a bad rho is refused, before anything is computed", () => {
    const kernel = geometry.kernel(epsilon);
    const [a, b] = [rowsTensor(rows), rowsTensor(others)];
    expect(() => entropicCost(a, b, kernel, { rho: -1 })).toThrow(/rho.*positive/);
    expect(() => sinkhornUnrolled(a, b, kernel, { rho: NaN })).toThrow(/rho.*positive/);
    expect(() => sinkhornDivergence(a, b, kernel, { rho: { a: 1, b: 2 } })).toThrow(/one for both sides/);
    kernel.dispose();
  });
});
