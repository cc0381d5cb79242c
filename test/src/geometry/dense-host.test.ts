import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { randomMasses, randomNormal } from "../../support/problems.ts";

const { addon, detail } = nativeStatus();

interface Problem {
  readonly n: number;
  readonly m: number;
  readonly epsilon: number;
  readonly cost: Float64Array;
}

/** log sum_j exp(term(row, column)), stable. */
function logSums(rows: number, columns: number, term: (row: number, column: number) => number): number[] {
  return Array.from({ length: rows }, (_, row) => {
    const terms = Array.from({ length: columns }, (_, column) => term(row, column));
    const largest = Math.max(...terms);
    if (largest === -Infinity) return -Infinity;
    return largest + Math.log(terms.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  });
}

const finite = (values: readonly number[] | Float64Array): number[] =>
  Array.from(values, (value) => (value === -Infinity ? -1e300 : value));

/** All operators against sums written out. */
function expectOperators({ n, m, epsilon, cost }: Problem, logV: Float64Array, logU: Float64Array): void {
  const kernel = denseGeometry(cost, [n, m]).hostKernel(epsilon);
  const rows = logSums(n, m, (row, column) => logV[column] - cost[row * m + column] / epsilon);
  const columns = logSums(m, n, (column, row) => logU[row] - cost[row * m + column] / epsilon);
  const within = { relative: 1e-12, absolute: 1e-12 };
  expect(finite(kernel.logApply(logV, new Float64Array(n)))).toBeAllclose(finite(rows), within);
  expect(finite(kernel.logApplyTranspose(logU, new Float64Array(m)))).toBeAllclose(finite(columns), within);
  const relative = { relative: 1e-12, absolute: 1e-300 };
  expect(kernel.apply(logV.map(Math.exp), new Float64Array(n))).toBeAllclose(rows.map(Math.exp), relative);
  expect(kernel.applyTranspose(logU.map(Math.exp), new Float64Array(m))).toBeAllclose(columns.map(Math.exp), relative);
}

describe.each([
  ["small, in plain code", 5, 7],
  ["large, native where the addon is", 67, 83],
])("dense host operators, %s", (_, n, m) => {
  const cost = randomMasses(n * m, 1).map((entry) => entry * n * m);

  it.each([0.01, 0.2, 30])("at epsilon %d are the sums written out", (epsilon) => {
    expectOperators({ n, m, epsilon, cost }, randomNormal(m, 2), randomNormal(n, 3));
  });

  it("pass over absent mass", () => {
    const some = (count: number, seed: number) => randomMasses(count, seed, 0.4).map(Math.log);
    expectOperators({ n, m, epsilon: 0.2, cost }, some(m, 4), some(n, 5));
    const none = (count: number) => new Float64Array(count).fill(-Infinity);
    expectOperators({ n, m, epsilon: 0.2, cost }, none(m), none(n));
  });

  it("hold what is far from one", () => {
    const far = (count: number) => randomNormal(count, 6).map((value) => 2000 * value);
    const kernel = denseGeometry(cost, [n, m]).hostKernel(0.01);
    const logV = far(m);
    const expected = logSums(n, m, (row, column) => logV[column] - cost[row * m + column] / 0.01);
    expect(kernel.logApply(logV, new Float64Array(n))).toBeAllclose(expected, { relative: 1e-13 });
  });
});

describe.skipIf(!addon)(addon ? "native dense operators" : `native dense operators (skipped: ${detail})`, () => {
  it("are the sums written out for any shape", () => {
    const shapes = fc.record({
      n: fc.integer({ min: 1, max: 600 }),
      extra: fc.integer({ min: 0, max: 20 }),
      wide: fc.boolean(),
      epsilon: fc.double({ min: 0.01, max: 10, noNaN: true }),
      seed: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(shapes, ({ n: side, extra, wide, epsilon, seed }) => {
        const other = Math.ceil(4096 / side) + extra; // large enough to be native
        const [n, m] = wide ? [side, other] : [other, side];
        const cost = randomMasses(n * m, seed).map((entry) => entry * n * m);
        expectOperators({ n, m, epsilon, cost }, randomNormal(m, seed + 1), randomNormal(n, seed + 2));
      }),
      { numRuns: 40 },
    );
  });

  it.each<[what: string, change: object]>([
    ["an unknown operator", { operator: 5 }],
    ["no rows", { n: 0 }],
    ["a short matrix", { matrix: new Float64Array(5) }],
    ["a short x", { x: new Float64Array(2) }],
    ["a short out", { out: new Float64Array(1) }],
    ["no x", { x: undefined }],
    ["numbers of another type", { matrix: new Float32Array(6) }],
  ])("refuse %s", (_, change) => {
    const matrix = new Float64Array(6);
    const operation = { operator: 1, n: 2, m: 3, matrix, inverse: 1, x: matrix, out: matrix } as const;
    expect(() => addon!.applyDense({ ...operation, ...change })).toThrow();
  });
});
