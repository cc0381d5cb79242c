import { describe, expect, it } from "vitest";
import { expectArray, expectNumber, expectText, expectTree } from "../../checkpoints/leaves.ts";
import { InputError } from "../../src/errors.ts";

const tree = {
  atoms: { shape: [5, 784], data: new Float32Array(5 * 784) },
  optimizer: { name: "lbfgs", rate: -Infinity, list: [{ step: 3 }] },
};

describe("leaf checks", () => {
  it("find leaves by dotted path", () => {
    expect(expectArray(tree, "atoms", [5, 784], Float32Array)).toBe(tree.atoms);
    expect(expectArray(tree, "atoms", [null, 784])).toBe(tree.atoms);
    expect(expectNumber(tree, "optimizer.rate")).toBe(-Infinity);
    expect(expectNumber(tree, "optimizer.list.0.step")).toBe(3);
    expect(expectText(tree, "optimizer.name")).toBe("lbfgs");
    expect(expectTree(tree, "optimizer")).toBe(tree.optimizer);
  });

  it.each<[check: () => unknown, message: string]>([
    [() => expectArray(tree, "atoms", [6, 784]), "atoms: saved [5, 784], expected [6, 784]"],
    [() => expectArray(tree, "atoms", [null]), "atoms: saved [5, 784], expected [any]"],
    [() => expectArray(tree, "atoms", [5, 784], Float64Array), "atoms: saved as Float32Array, expected Float64Array"],
    [() => expectArray(tree, "weights", [5]), "weights: saved nothing, expected an array [5]"],
    [() => expectArray(tree, "atoms.shape", [2]), "atoms.shape: saved nothing, expected an array [2]"],
    [() => expectArray(tree, "optimizer.toString", []), "optimizer.toString: saved nothing, expected an array []"],
    [() => expectNumber(tree, "optimizer.name"), 'optimizer.name: saved "lbfgs", expected a number'],
    [() => expectText(tree, "optimizer.list"), "optimizer.list: saved a list, expected text"],
    [() => expectTree(tree, "atoms"), "atoms: saved [5, 784], expected a group"],
    [() => expectTree(tree, "optimizer.list"), "optimizer.list: saved a list, expected a group"],
  ])("say what was saved and what was expected: %#", (check, message) => {
    expect(check).toThrow(new InputError(message));
  });
});
