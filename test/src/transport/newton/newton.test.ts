import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import type { Geometry } from "../../../../src/geometry/geometry.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { chooseNewtonStage, hostStage, type NewtonStage } from "../../../../src/transport/newton/choose.ts";
import { newtonSolver } from "../../../../src/transport/newton/newton.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { randomRows } from "../../../support/wdl.ts";

const line = grid({ size: [40] });
const image = grid({ size: [20, 17], spacing: [1, 1.5] });
const volume = grid({ size: [4, 5, 6] });
const matrix = denseGeometry({ shape: [340, 340], data: image.costMatrix().data });

/** Small and large epsilons against the costs: products of scalings and of logarithms. */
const cases: readonly [name: string, geometry: Geometry, epsilon: number][] = [
  ["a line", line, 1],
  ["a line, logarithms", line, 0.2],
  ["an image", image, 1],
  ["an image, logarithms", image, 0.15],
  ["a volume", volume, 0.5],
  ["a matrix", matrix, 1],
  ["a matrix, logarithms", matrix, 0.15],
];

describe.each(cases)("Newton's method on %s", (_, geometry, epsilon) => {
  const [n, m] = geometry.shape;
  const a = randomRows(2, n, 3, 0.2);
  const b = randomRows(2, m, 77, 0.3);

  it("solves what Sinkhorn solves, natively and on the host", () => {
    const { logU, logV, errors } = newtonSolver(geometry, { epsilon, tolerance: 1e-11 }).solve({ count: 2, a, b });
    expect(Math.max(...errors)).toBeLessThanOrEqual(1e-11);
    const stages: NewtonStage[] = [hostStage(geometry, epsilon), chooseNewtonStage(geometry, epsilon)];
    for (const stage of stages) {
      const found = { logU: new Float64Array(2 * n), logV: b.map(Math.log) };
      const report = { errors: new Float64Array(2), taken: new Int32Array(2) };
      stage.solve({ count: 2, a, b, ...found, ...report, tolerance: 1e-11, products: 20_000 });
      expect(Math.max(...report.errors)).toBeLessThanOrEqual(1e-11);
      for (const pair of [0, 1]) {
        const [row, column] = [a.subarray(pair * n, (pair + 1) * n), b.subarray(pair * m, (pair + 1) * m)];
        const exact = sinkhornHost(row, column, geometry, { epsilon, tolerance: 1e-12, maxIterations: 200_000 });
        const expected = centred(exact.f.map((value) => value / epsilon));
        expect(centred(found.logU.subarray(pair * n, (pair + 1) * n))).toBeAllclose(expected, {
          relative: 1e-6,
          absolute: 1e-6,
        });
        expect(centred(logU.subarray(pair * n, (pair + 1) * n))).toBeAllclose(expected, {
          relative: 1e-6,
          absolute: 1e-6,
        });
      }
    }
    expect(logV.every((value, j) => (value === -Infinity) === (b[j] === 0))).toBe(true);
  });
});

it("takes a tenth of Sinkhorn's products on an image where epsilon is small", () => {
  const geometry = grid({ size: [32, 32] });
  const [a, b] = [randomRows(1, 1024, 1), randomRows(1, 1024, 2)].map((rows) => smoothed(rows));
  const { products, errors } = newtonSolver(geometry, { epsilon: 0.5 }).solve({ count: 1, a, b });
  const plain = sinkhornHost(a, b, geometry, { epsilon: 0.5, tolerance: 1e-9, maxIterations: 100_000 });
  expect(errors[0]).toBeLessThanOrEqual(1e-9);
  expect(products[0]).toBeLessThan(plain.iterations / 5);
});

/** Some masses of long wavelengths, which are what Sinkhorn is slow for. */
function smoothed(rows: Float64Array): Float64Array {
  const out = rows.map((_, at) => {
    const [y, x] = [Math.floor(at / 32), at % 32];
    return 1.2 + Math.cos(rows[0] * 900 + x / 7) * Math.cos(rows[1] * 900 + y / 9);
  });
  const mass = out.reduce((sum, value) => sum + value, 0);
  return out.map((value) => value / mass);
}

/** Finite entries less their mean, 0 elsewhere: a constant between the potentials is free. */
function centred(values: Float64Array): Float64Array {
  const held = values.filter(Number.isFinite);
  const mean = held.reduce((sum, value) => sum + value, 0) / held.length;
  return values.map((value) => (Number.isFinite(value) ? value - mean : 0));
}
