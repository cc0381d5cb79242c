import { describe, expect, it } from "vitest";
import { foscttm, nearestColumns } from "../../../eval/metrics/alignment.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { reference } from "../../support/reference.ts";

interface Alignment {
  readonly first: number[][];
  readonly second: number[][];
  readonly firstToSecond: number;
  readonly secondToFirst: number;
  readonly foscttm: number;
}

const matrix = (rows: number[][]) => ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
const euclidean = (x: number[][], y: number[][]) =>
  pointCloud(matrix(x), matrix(y), { cost: "euclidean", lazy: false }).cost;

describe("foscttm", () => {
  it("is that of the reference in both directions", () => {
    const { alignment } = reference<{ alignment: Alignment }>("alignment");
    const { xToY, yToX, mean } = foscttm(euclidean(alignment.first, alignment.second));
    expect(xToY).toBeCloseTo(alignment.firstToSecond, 14);
    expect(yToX).toBeCloseTo(alignment.secondToFirst, 14);
    expect(mean).toBeCloseTo(alignment.foscttm, 14);
    expect(foscttm(euclidean(alignment.first, alignment.first)).mean).toBe(0);
  });

  it("counts nearer samples, and half of those as near", () => {
    const distances = matrix([
      [2, 1, 2], // one nearer, one as near: 1.5 of 2
      [5, 0, 6], // 0
      [3, 4, 4], // 1.5
    ]);
    const { xToY, yToX, mean } = foscttm(distances);
    expect(xToY).toBeCloseTo((1.5 + 0 + 1.5) / 6, 15);
    expect(yToX).toBeCloseTo((0 + 0 + 1) / 6, 15); // columns [2, 5, 3], [1, 0, 4], [2, 6, 4]
    expect(mean).toBeCloseTo(4 / 12, 15);
  });

  it("gives a collapsed embedding what guessing gets", () => {
    expect(foscttm(matrix([1, 2, 3].map(() => [7, 7, 7])))).toEqual({ xToY: 0.5, yToX: 0.5, mean: 0.5 });
  });

  it("averages over given pairs, each against all samples", () => {
    const distances = matrix([
      [0, 1, 1],
      [1, 9, 9],
      [1, 8, 9],
    ]);
    expect(foscttm(distances, [1])).toEqual({ xToY: 0.75, yToX: 1, mean: 0.875 });
    expect(foscttm(distances, [0]).mean).toBe(0);
  });

  it.each([
    ["a matrix that is not square", () => foscttm(matrix([[1, 2]])), /\[n, n\].*got \[1, 2\]/],
    ["NaN", () => foscttm(matrix([[1, 2], [3, NaN]])), /got NaN at \[1, 1\]/], // prettier-ignore
    ["a pair that is not there", () => foscttm(matrix([[1, 2], [3, 4]]), [2]), /from 0 to 1, got 2/], // prettier-ignore
    ["no pairs", () => foscttm(matrix([[1, 2], [3, 4]]), []), /got none/], // prettier-ignore
  ])("refuses %s", (_, call, message) => {
    expect(call).toThrow(InputError);
    expect(call).toThrow(message);
  });
});

describe("nearestColumns", () => {
  it("is the nearest column of each row, of equals the first", () => {
    expect(Array.from(nearestColumns(matrix([[3, 1, 2], [4, 4, 5]])))).toEqual([1, 0]); // prettier-ignore
  });
});
