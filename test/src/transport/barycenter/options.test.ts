import { describe, expect, it } from "vitest";
import { OptionError } from "../../../../src/errors.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../../../../src/transport/barycenter/options.ts";

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

it("heavy-ball stays within what converges", () => {
  expect(resolveBarycenterOptions({ ...good, heavyBall: -0.99 })).toMatchObject({ memory: -0.99, update: 1.99 });
});
