import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import {
  allPairs,
  condensedFromSquare,
  pairAt,
  pairCount,
  pairIndex,
  squareFromCondensed,
} from "../../../../src/transport/pairs/pair-order.ts";

describe("the order of pairs", () => {
  it("is that of SciPy's pdist: along the rows of the upper triangle", () => {
    expect(allPairs(4)).toEqual({ rows: Int32Array.of(0, 0, 0, 1, 1, 2), columns: Int32Array.of(1, 2, 3, 2, 3, 3) });
    expect(allPairs(1).rows).toHaveLength(0);
  });

  it.each([2, 3, 17, 500])("numbers and pairs of %d things go back and forth", (n) => {
    const { rows, columns } = allPairs(n);
    expect(rows).toHaveLength(pairCount(n));
    rows.forEach((i, pair) => {
      expect(pairAt(pair, n)).toEqual([i, columns[pair]]);
      expect(pairIndex(i, columns[pair], n)).toBe(pair);
      expect(pairIndex(columns[pair], i, n)).toBe(pair);
    });
  });

  it("is exact where numbers are large", () => {
    const n = 3_000_000;
    for (const [i, j] of [
      [0, 1],
      [0, n - 1],
      [1, 2],
      [1234567, 1234568],
      [1234567, n - 1],
      [n - 2, n - 1],
    ]) {
      expect(pairAt(pairIndex(i, j, n), n)).toEqual([i, j]);
    }
  });
});

describe("condensed and square matrices", () => {
  it("go into each other, with one value on the diagonal", () => {
    const square = squareFromCondensed([1, 2, 3], 3, 9);
    expect([...square]).toEqual([9, 1, 2, 1, 9, 3, 2, 3, 9]);
    expect([...condensedFromSquare(square, 3)]).toEqual([1, 2, 3]);
    expect([...squareFromCondensed(new Float32Array(0), 1)]).toEqual([0]);
  });

  it("are refused where sizes do not fit", () => {
    expect(() => squareFromCondensed([1, 2], 3)).toThrow(
      new InputError("condensed matrix: expected 3 values, a pair of 3, got 2"),
    );
    expect(() => condensedFromSquare([1, 2], 3)).toThrow(
      new InputError("square matrix: expected [3, 3], got 2 values"),
    );
  });
});
