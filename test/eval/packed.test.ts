import { describe, expect, it } from "vitest";
import { pack, packedBytes, unpack } from "../../eval/packed.ts";

describe("packed numbers", () => {
  it.each([
    ["float32", "f4", [0, -0, 1.5, -2, Infinity, NaN, Math.fround(0.1), 2 ** -149]],
    ["float64", "f8", [0.1, 1e300, 2 ** -1074, NaN]],
    ["nothing", "f4", []],
    ["more than fits into the arguments of a call", "f4", Array.from({ length: 70_000 }, (_, index) => index)],
  ] as const)("%s comes back to the last bit", (_, type, numbers) => {
    const values = Float64Array.from(numbers);
    const packed = pack(values);
    expect(packed.type).toBe(type);
    expect(packed.base64).toHaveLength(packedBytes(values.length, type));
    expect(unpack(JSON.parse(JSON.stringify(packed)))).toEqual(values);
  });
});
