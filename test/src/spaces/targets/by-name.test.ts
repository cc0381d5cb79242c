import { describe, expect, it } from "vitest";
import { targetByName, type TargetName } from "../../../../src/spaces/targets/by-name.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";

const PAIR = {
  distances: ndarray(Float64Array.of(0, 2, 2, 0), [2, 2]),
  coordinates: ndarray(Float64Array.of(0, 2), [2, 1]),
};

describe("a target by name", () => {
  it.each([
    ["plane", 3, 9],
    ["sphere", 4, 10],
    ["torus", 5, 25],
    ["circle", 5, 5],
    ["gaussians", 1, 12],
  ] as const)("%s at resolution %i has %i points", (name, resolution, points) => {
    const target = targetByName(name, { resolution, scale: "unit" });
    expect({ name: target.name, points: target.metric.points }).toEqual({ name, points });
    expect(target.metric.largest).toBeCloseTo(1, 14);
  });

  it.each(["matrix", "x", "y"] as const)("%s is made of what it is given", (name) => {
    const target = targetByName(name, { [name]: PAIR, scale: 3 });
    expect(target.name).toBe(name);
    expect(target.metric.largest).toBe(6);
    expect(target.coordinates).toEqual(PAIR.coordinates);
    expect(() => targetByName(name)).toThrow(`target ${name}: expected its distances [nz, nz], got none`);
  });

  it("refuses another name, and rows and columns of a circle", () => {
    expect(() => targetByName("cube" as TargetName)).toThrow(
      'target: expected one of plane, sphere, torus, circle, gaussians, matrix, x, y, got "cube"',
    );
    expect(() => targetByName("circle", { resolution: { rows: 2, columns: 2 } })).toThrow(
      "resolution: expected one number of points for a circle, got rows and columns",
    );
  });
});
