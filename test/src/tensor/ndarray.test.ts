import { describe, expect, it } from "vitest";
import { float64Of, isNdArray, ndarray, sizeOf, toFloat32, toFloat64 } from "../../../src/tensor/ndarray.ts";

describe("ndarray", () => {
  it.each([
    [[], 1],
    [[3], 3],
    [[2, 3, 4], 24],
    [[2, 0], 0],
  ])("sizeOf %j is %i", (shape, size) => expect(sizeOf(shape)).toBe(size));

  it("wraps without copying", () => {
    const data = new Float64Array(6);
    expect(ndarray(data, [2, 3]).data).toBe(data);
  });

  it("refuses another number of elements, naming both", () => {
    expect(() => ndarray(new Float64Array(5), [2, 3])).toThrow("array: shape [2, 3] needs 6 elements, got 5");
  });

  it.each([
    [{ shape: [1], data: Float32Array.of(1) }, true],
    [{ shape: [1], data: [1] }, false],
    [{ data: Float32Array.of(1) }, false],
    [Float32Array.of(1), false],
    [null, false],
    ["array", false],
  ])("isNdArray %j: %s", (value, expected) => expect(isNdArray(value)).toBe(expected));

  it("converts, and copies only where it has to", () => {
    const wide = ndarray(Float64Array.of(0.1, 2), [2]);
    const narrow = toFloat32(wide);
    expect(narrow.data).toEqual(Float32Array.of(0.1, 2));
    expect(toFloat64(wide).data).toBe(wide.data);
    expect(toFloat32(narrow).data).toBe(narrow.data);
    expect(toFloat64(narrow)).toEqual(ndarray(Float64Array.of(Math.fround(0.1), 2), [2]));
    expect(toFloat64(ndarray(Uint8Array.of(255), [1])).data).toEqual(Float64Array.of(255));
  });
});

describe("float64Of", () => {
  it("takes numbers of any array type", () => {
    expect(float64Of([1, 2], "a")).toEqual(Float64Array.of(1, 2));
    expect(float64Of(Int32Array.of(1, 2), "a")).toEqual(Float64Array.of(1, 2));
  });

  it.each([[[1, null]], [[1, "2"]], [[1, undefined]], [BigInt64Array.of(1n)], [new DataView(new ArrayBuffer(8))]])(
    "refuses %s, of which an element would become another number",
    (values) => {
      expect(() => float64Of(values as unknown as Float64Array, "a")).toThrow(/^a: expected an array of numbers/);
    },
  );
});
