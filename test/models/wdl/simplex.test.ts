import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { affine, softmax, type RowMap } from "../../../models/wdl/simplex.ts";
import { dot, randomNormal } from "../../support/problems.ts";
import { directionalDifference, randomRows } from "../../support/wdl.ts";

const maps: readonly [name: string, map: RowMap][] = [
  ["softmax", softmax],
  ["affine", affine],
];
const COLUMNS = 4;
const freeRows = fc
  .array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: COLUMNS, maxLength: 3 * COLUMNS })
  .map((values) => Float64Array.from(values.slice(0, values.length - (values.length % COLUMNS))));

function rowSums(values: Float64Array): number[] {
  const rows = Array.from({ length: values.length / COLUMNS }, (_, row) =>
    values.subarray(row * COLUMNS, (row + 1) * COLUMNS),
  );
  return rows.map((row) => row.reduce((sum, value) => sum + value, 0));
}

describe.each(maps)("%s", (_, map) => {
  it("makes rows of sum one, whatever constant is added to a row", () => {
    fc.assert(
      fc.property(freeRows, fc.double({ min: -1e3, max: 1e3, noNaN: true }), (free, shift) => {
        const rows = map.forward(free, COLUMNS);
        expect(rowSums(rows)).toBeAllclose(
          rowSums(rows).map(() => 1),
          { absolute: 1e-12 },
        );
        const shifted = map.forward(
          free.map((value) => value + shift),
          COLUMNS,
        );
        expect(shifted).toBeAllclose(rows, { relative: 1e-9, absolute: 1e-9 });
      }),
    );
  });

  it("has the adjoint that finite differences give", () => {
    const [free, direction, slope] = [71, 73, 79].map((seed) => randomNormal(3 * COLUMNS, seed));
    const gradient = map.backward(slope, map.forward(free, COLUMNS), COLUMNS);
    const expected = directionalDifference((x) => dot(map.forward(x, COLUMNS), slope), free, direction, 1e-5);
    expect([dot(gradient, direction)]).toBeAllclose([expected], { relative: 1e-8 });
  });

  it("leads back from its inverse", () => {
    const rows = randomRows(3, COLUMNS, 83);
    expect(map.forward(map.inverse(rows, COLUMNS), COLUMNS)).toBeAllclose(rows, { relative: 1e-12 });
  });
});

describe("softmax", () => {
  it("is the same for rows long enough for the native kernels", () => {
    const [rows, columns] = [3, 4099]; // no multiple of a register
    const free = randomNormal(rows * columns, 89).map((value) => 20 * value);
    const slope = randomNormal(rows * columns, 97);
    const probabilities = softmax.forward(free, columns);
    const gradient = softmax.backward(slope, probabilities, columns);
    for (let row = 0; row < rows; row++) {
      const part = (values: Float64Array) => values.subarray(row * columns, (row + 1) * columns);
      const alone = softmax.forward(part(free).slice(0, 4), 4); // below the threshold
      const [mine, sum] = [
        part(probabilities),
        part(probabilities)
          .slice(0, 4)
          .reduce((a, b) => a + b),
      ];
      expect(mine.slice(0, 4).map((value) => value / sum)).toBeAllclose(alone, { relative: 1e-12 });
      expect([mine.reduce((a, b) => a + b)]).toBeAllclose([1], { relative: 1e-12 });
      const mean = dot(part(slope), mine);
      const expected = mine.map((value, i) => value * (part(slope)[i] - mean));
      expect(part(gradient)).toBeAllclose(expected, { relative: 1e-9, absolute: 1e-15 });
    }
  });

  it("does not overflow", () => {
    expect(softmax.forward(Float64Array.of(1e4, 0, -1e4, 1e4), 4)).toBeAllclose([0.5, 0, 0, 0.5]);
  });

  it("represents a zero by a millionth of the mean", () => {
    const rows = softmax.forward(softmax.inverse(Float64Array.of(0, 0.5, 0.5, 0), 4), 4);
    expect(rows).toBeAllclose([2.5e-7, 0.5, 0.5, 2.5e-7], { relative: 1e-6, absolute: 0 });
  });
});

describe("affine", () => {
  it("is the orthogonal projection: rows of sum one stay, negative entries too", () => {
    const rows = Float64Array.of(1.5, -0.5, 0.25, -0.25);
    expect(affine.forward(rows, 4)).toBeAllclose(rows);
    expect(affine.inverse(rows, 4)).toEqual(rows);
  });
});
