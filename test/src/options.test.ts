import { describe, expect, it } from "vitest";
import { wdlOptions } from "../../models/wdl/options.ts";
import { InputError, OptionError } from "../../src/errors.ts";
import {
  choiceOption,
  fileOption,
  flagOf,
  flagOption,
  numberOption,
  pathOption,
  pathOptions,
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
  cost: fileOption({ description: "a file", placeholder: "file" }),
  data: pathOption({ description: "data", placeholder: "path" }),
  widths: textOption({ description: "a list", placeholder: "list" }),
};

describe("resolveOptions", () => {
  it("fills in defaults", () => {
    const defaults = { atoms: 5, rho: undefined, tau: 0, loss: "kl", logDomain: false };
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
    const message = `option ${name}: unknown; known are atoms, rho, tau, loss, logDomain, cost, data, widths`;
    expect(() => resolveOptions(table, given)).toThrow(new InputError(message));
  });

  it.each<[name: string, value: unknown, detail: string]>([
    ["atoms", 0, "expected a whole number at least 1, got 0"],
    ["atoms", 2.5, "expected a whole number at least 1, got 2.5"],
    ["atoms", "", 'expected a whole number at least 1, got ""'],
    ["atoms", "five", 'expected a whole number at least 1, got "five"'],
    ["atoms", true, "expected a whole number at least 1, got true"],
    ["atoms", [3], "expected a whole number at least 1, got [3]"],
    ["rho", 0, "expected a number above 0, got 0"],
    ["rho", "Infinity", 'expected a number above 0, got "Infinity"'],
    ["rho", "NaN", 'expected a number above 0, got "NaN"'],
    ["tau", 0.1, "expected a number above -1 and at most 0, got 0.1"],
    ["tau", -1, "expected a number above -1 and at most 0, got -1"],
    ["loss", "l2", 'expected one of tv, kl, got "l2"'],
    ["loss", 2, "expected one of tv, kl, got 2"],
    ["logDomain", "yes", 'expected true or false, got "yes"'],
    ["cost", "", 'expected a path, got ""'],
    ["cost", 7, "expected a path, got 7"],
    ["data", "a\0b", 'expected a path without NUL, got "a\\u0000b"'],
    ["widths", "", 'expected text, got ""'],
    ["atoms", 1e308, "expected a whole number at least 1 and at most 9007199254740991, got 1e+308"],
  ])("refuses %s %j by name, expectation and value", (name, value, detail) => {
    expect(() => resolveOptions(table, { [name]: value })).toThrow(new OptionError(name, detail));
  });
});

describe("the other functions", () => {
  it("pickOptions passes over what belongs to others, and checks what does not", () => {
    expect(pickOptions(table, { atoms: 2, seed: 7 })).toMatchObject({ atoms: 2, loss: "kl" });
    expect(() => pickOptions(table, { atoms: -2, seed: 7 })).toThrow("atoms: expected a whole number");
  });

  it("pathOptions finds the options that name files, and other places", () => {
    expect(Object.keys(pathOptions(table))).toEqual(["cost", "data"]);
    expect(Object.keys(pathOptions(table, "file"))).toEqual(["cost"]);
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
