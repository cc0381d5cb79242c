import { describe, expect, it } from "vitest";
import { ndarray, type TypedArray } from "../../../src/tensor/ndarray.ts";
import { arrayLeaves, firstNonFinite, type StateTree } from "../../../src/tensor/tree.ts";

const leaf = (...values: number[]) => ndarray<TypedArray>(Float64Array.from(values), [values.length]);

const tree: StateTree = {
  optimizer: { history: [{ step: leaf(1) }, { step: leaf(2), name: "s" }], iterations: 3 },
  start: null,
  atoms: leaf(3, 4),
  counts: ndarray(Int32Array.of(1), [1]),
  flag: true,
};

describe("state trees", () => {
  it("list their arrays with dotted paths, in the order of the keys", () => {
    const paths = [...arrayLeaves(tree)].map(([path]) => path);
    expect(paths).toEqual(["optimizer.history.0.step", "optimizer.history.1.step", "atoms", "counts"]);
    expect([...arrayLeaves(leaf(7))]).toEqual([["", leaf(7)]]);
    expect([...arrayLeaves({ empty: {} })]).toEqual([]);
  });

  it.each([NaN, Infinity, -Infinity])("name the first array with %d", (value) => {
    expect(firstNonFinite(tree)).toBeUndefined();
    expect(firstNonFinite({ ...tree, atoms: leaf(1, value) })).toBe("atoms");
    expect(firstNonFinite({ a: { b: [leaf(0), ndarray(Float32Array.of(value), [1])] }, c: leaf(value) })).toBe("a.b.1");
  });

  it("do not look at scalars, which a manifest keeps", () => {
    expect(firstNonFinite({ value: NaN })).toBeUndefined();
  });
});
