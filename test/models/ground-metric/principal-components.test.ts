import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { exponentiatedComponents } from "../../../models/ground-metric/principal-components.ts";
import { InputError } from "../../../src/errors.ts";
import { Random } from "../../../src/tensor/random.ts";

const [rows, columns] = [12, 5];

function randomTable(seed: number) {
  const random = Random.fromSeed(seed);
  const scale = [4, 3, 2, 1, 0.5];
  return {
    shape: [rows, columns],
    data: Float64Array.from({ length: rows * columns }, (_, at) => scale[at % columns] * 0.3 * random.normal()),
  };
}

describe("exponentiatedComponents", () => {
  it.each([1, 2, 3, 4])("are those of the covariance, the largest loading positive (seed %d)", (seed) => {
    const table = randomTable(seed);
    const { shape, data } = exponentiatedComponents(table, 3);
    expect(shape).toEqual([rows, 3]);
    const scores = Matrix.from1DArray(rows, 3, data.map(Math.log));
    const centred = Matrix.from1DArray(rows, columns, table.data).center("column");
    for (let component = 0; component < 3; component++) {
      const score = scores.getColumnVector(component);
      // X^T s points along the loading, and X X^T s along s again
      const loading = centred.transpose().mmul(score);
      const [largest] = loading.to1DArray().sort((a, b) => Math.abs(b) - Math.abs(a));
      expect(largest).toBeGreaterThan(0);
      const eigenvalue = loading.dot(loading) / score.dot(score);
      const again = centred.mmul(loading).div(eigenvalue);
      expect(again.sub(score).norm()).toBeLessThan(1e-4 * score.norm());
    }
  });

  it("do not depend on the sign in which an iteration happens to end", () => {
    const table = randomTable(5);
    const reversed = {
      ...table,
      data: Float64Array.from(
        table.data,
        (_, at) => rowOf(table.data, rows - 1 - Math.floor(at / columns))[at % columns],
      ),
    };
    const [x, y] = [exponentiatedComponents(table, 3), exponentiatedComponents(reversed, 3)];
    x.data.forEach((value, at) => {
      const mirrored = (rows - 1 - Math.floor(at / 3)) * 3 + (at % 3);
      expect(y.data[mirrored]).toBeCloseTo(value, 3);
    });
  });

  it("are at most as many as there are", () => {
    expect(() => exponentiatedComponents(randomTable(1), 6)).toThrow(InputError);
  });
});

function rowOf(data: Float64Array, row: number): Float64Array {
  return data.subarray(row * columns, (row + 1) * columns);
}
