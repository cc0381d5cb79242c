import { describe, expect, it } from "vitest";
import { logNormalized, mostVariable, submatrix, wellObserved } from "../../../src/data/cells.ts";

const matrix = (shape: number[], ...values: number[]) => ({ shape, data: Float64Array.from(values) });

describe("logNormalized", () => {
  it("gives log(1 + 1e4 of a cell's share)", () => {
    const { data } = logNormalized(matrix([2, 2], 1, 3, 0, 5));
    expect([...data]).toEqual([Math.log1p(2500), Math.log1p(7500), 0, Math.log1p(10000)]);
  });

  it("leaves a cell without counts at zero", () => {
    expect([...logNormalized(matrix([1, 2], 0, 0)).data]).toEqual([0, 0]);
  });
});

describe("wellObserved", () => {
  it("counts genes of cells first, then cells of genes", () => {
    const counts = matrix([3, 3], 1, 2, 0, 5, 1, 1, 0, 0, 9);
    expect(wellObserved(counts, { genesOfCell: 2, cellsOfGene: 2 })).toEqual({ cells: [0, 1], genes: [0, 1] });
  });
});

describe("mostVariable", () => {
  it("takes columns by variance, keeps their order, and leaves out zeros", () => {
    const values = matrix([2, 4], 1, 0, 0, 2, 3, 0, 9, 2);
    expect(mostVariable(values, 2)).toEqual([0, 2]);
    expect(mostVariable(values, 9)).toEqual([0, 2, 3]);
  });
});

it("submatrix takes rows and columns", () => {
  expect(submatrix(matrix([2, 3], 1, 2, 3, 4, 5, 6), [1], [2, 0])).toEqual(matrix([1, 2], 6, 4));
});
