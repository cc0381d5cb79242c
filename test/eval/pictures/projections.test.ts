import { describe, expect, it } from "vitest";
import { projections } from "../../../eval/pictures/projections.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

describe("projections", () => {
  it("takes the largest value along each axis, on grounds of one size", () => {
    // one volume [1, 2, 3]
    const volume = ndarray(Float64Array.of(1, 5, 2, 4, 3, 6), [1, 1, 2, 3]);
    const [first, second, third] = projections("atom", volume);
    expect([first, second, third].map(({ label }) => label)).toEqual(["atom, axis 1", "atom, axis 2", "atom, axis 3"]);
    for (const { images } of [first, second, third]) expect(images.shape).toEqual([1, 2, 3]);
    expect([...first.images.data]).toEqual([1, 5, 2, 4, 3, 6]);
    expect([...second.images.data]).toEqual([4, 5, 6, 0, 0, 0]);
    expect([...third.images.data]).toEqual([5, 6, 0, 0, 0, 0]);
  });

  it("refuses images", () => {
    expect(() => projections("atom", ndarray(new Float64Array(4), [1, 2, 2]))).toThrow(InputError);
  });
});
