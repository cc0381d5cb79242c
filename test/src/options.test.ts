import { describe, expect, it } from "vitest";
import { wdlOptions } from "../../models/wdl/options.ts";
import { InputError } from "../../src/errors.ts";
import {
  choiceOption,
  flagOf,
  flagOption,
  numberOption,
  pickOptions,
  resolveOptions,
  textOption,
} from "../../src/options.ts";

const table = {
  atoms: numberOption({ description: "how many", default: 5, least: 1, integer: true }),
  rho: numberOption({ description: "strength", default: undefined, above: 0 }),
  tau: numberOption({ description: "exponent", default: 0, above: -1, most: 0 }),
  loss: choiceOption(["tv", "kl"], { description: "loss", default: "kl" }),
  logDomain: flagOption("in logarithms"),
  cost: textOption({ description: "a file", placeholder: "file" }),
};

describe("resolveOptions", () => {
  it("fills in defaults", () => {
    const defaults = { atoms: 5, rho: undefined, tau: 0, loss: "kl", logDomain: false, cost: undefined };
    expect(resolveOptions(table, {})).toEqual(defaults);
    expect(resolveOptions(table, { atoms: undefined, loss: null })).toEqual(defaults);
  });

  it("takes the text of a command line and the values of a file alike", () => {
    const expected = { atoms: 3, rho: 0.5, tau: -0.1, loss: "tv", logDomain: true, cost: "c.npy" };
    const text = { atoms: "3", rho: " 5e-1", tau: "-0.1", loss: "tv", logDomain: true, cost: "c.npy" };
    expect(resolveOptions(table, text)).toEqual(expected);
    expect(resolveOptions(table, expected)).toEqual(expected);
  });

  it.each(["atom", "toString", "__proto__"])("refuses the unknown name %s and lists the known ones", (name) => {
    const given = JSON.parse(`{"${name}": 1}`) as Record<string, unknown>;
    const message = `option ${name}: unknown; known are atoms, rho, tau, loss, logDomain, cost`;
    expect(() => resolveOptions(table, given)).toThrow(new InputError(message));
  });

  it.each<[name: string, value: unknown, message: string]>([
    ["atoms", 0, "--atoms: expected a whole number at least 1, got 0"],
    ["atoms", 2.5, "--atoms: expected a whole number at least 1, got 2.5"],
    ["atoms", "", '--atoms: expected a whole number at least 1, got ""'],
    ["atoms", "five", '--atoms: expected a whole number at least 1, got "five"'],
    ["atoms", true, "--atoms: expected a whole number at least 1, got true"],
    ["atoms", [3], "--atoms: expected a whole number at least 1, got [3]"],
    ["rho", 0, "--rho: expected a number above 0, got 0"],
    ["rho", "Infinity", '--rho: expected a number above 0, got "Infinity"'],
    ["rho", "NaN", '--rho: expected a number above 0, got "NaN"'],
    ["tau", 0.1, "--tau: expected a number above -1 and at most 0, got 0.1"],
    ["tau", -1, "--tau: expected a number above -1 and at most 0, got -1"],
    ["loss", "l2", '--loss: expected one of tv, kl, got "l2"'],
    ["loss", 2, "--loss: expected one of tv, kl, got 2"],
    ["logDomain", "yes", '--log-domain: expected true or false, got "yes"'],
    ["cost", "", '--cost: expected text, got ""'],
    ["cost", 7, "--cost: expected text, got 7"],
  ])("refuses %s %j by flag, expectation and value", (name, value, message) => {
    expect(() => resolveOptions(table, { [name]: value })).toThrow(new InputError(message));
  });
});

describe("the other functions", () => {
  it("pickOptions passes over what belongs to others, and checks what does not", () => {
    expect(pickOptions(table, { atoms: 2, seed: 7 })).toMatchObject({ atoms: 2, loss: "kl" });
    expect(() => pickOptions(table, { atoms: -2, seed: 7 })).toThrow("--atoms: expected a whole number");
  });

  it("errors that are not about input come through as they are", () => {
    const failing = { atoms: { ...table.atoms, parse: () => expect.fail("of its own") } };
    expect(() => resolveOptions(failing, { atoms: 1 })).toThrow(/^of its own$/);
  });

  it.each([
    ["atoms", "--atoms"],
    ["sinkhornIterations", "--sinkhorn-iterations"],
    ["allowNegativeWeights", "--allow-negative-weights"],
  ])("flagOf %s is %s", (name, flag) => expect(flagOf(name)).toBe(flag));
});

describe("the options of wdl", () => {
  it("have defaults that pass their own checks, and a description", () => {
    const defaults = resolveOptions(wdlOptions, {});
    const given = Object.fromEntries(Object.entries(defaults).filter(([, value]) => value !== undefined));
    expect(resolveOptions(wdlOptions, given)).toEqual(defaults);
    for (const { description } of Object.values(wdlOptions)) expect(description).not.toBe("");
  });
});
