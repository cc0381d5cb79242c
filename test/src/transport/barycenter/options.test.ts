import { describe, expect, it } from "vitest";
import { OptionError } from "../../../../src/errors.ts";
import {
  logScalingShape,
  resolveBarycenterOptions,
  type BarycenterOptions,
} from "../../../../src/transport/barycenter/options.ts";

const good: BarycenterOptions = { epsilon: 1, iterations: 3 };

describe("bad options", () => {
  it.each<[option: keyof BarycenterOptions, value: unknown]>([
    ["heavyBall", -1],
    ["heavyBall", -2],
    ["heavyBall", 0.1],
    ["heavyBall", NaN],
    ["iterations", 1e308],
    ["iterations", 2 ** 31],
    ["iterations", 0],
    ["rho", 0],
    ["domain", "linear"],
  ])("%s %d is refused by name", (option, value) => {
    const given = { ...good, [option]: value };
    expect(() => resolveBarycenterOptions(given)).toThrow(OptionError);
    expect(() => resolveBarycenterOptions(given)).toThrow(new RegExp(`^${option}: expected .* got`));
  });

  it.each([0, -1, NaN, Infinity])("epsilon %d is refused by the check that all share", (epsilon) => {
    expect(() => resolveBarycenterOptions({ ...good, epsilon })).toThrow(
      `epsilon: expected a positive finite number (in cost units), got ${epsilon}`,
    );
  });
});

describe("debiased", () => {
  it.each<[what: string, options: Partial<BarycenterOptions>, message: string]>([
    ["heavy-ball", { heavyBall: -0.1 }, "debiased: not defined with heavy-ball (-0.1); leave one of the two out"],
    ["a rho", { rho: 2 }, "debiased: not defined for unbalanced barycenters (rho 2); leave one of the two out"],
    ["what is no truth value", { debiased: "yes" as never }, 'debiased: expected true or false, got "yes"'],
  ])("is refused with %s", (_, options, message) => {
    const given = { ...good, debiased: true, ...options };
    expect(() => resolveBarycenterOptions(given)).toThrow(OptionError);
    expect(() => resolveBarycenterOptions(given)).toThrow(message);
  });

  it.each([
    [{}, [2, 1, 3, 5]],
    [{ heavyBall: -0.1 }, [2, 2, 3, 5]],
    [{ debiased: true }, [2, 1, 4, 5]],
  ])("%j has log-scalings of shape %j for 2 points, 3 atoms and 5 pixels", (options, shape) => {
    expect(logScalingShape(resolveBarycenterOptions({ ...good, ...options }), 2, 3, 5)).toEqual(shape);
  });
});

it("heavy-ball stays within what converges", () => {
  expect(resolveBarycenterOptions({ ...good, heavyBall: -0.99 })).toMatchObject({ memory: -0.99, update: 1.99 });
});
