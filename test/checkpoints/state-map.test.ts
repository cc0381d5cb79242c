import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinState, splitState, type Json } from "../../checkpoints/state-map.ts";
import type { StateValue } from "../../src/tensor/tree.ts";

const { tree } = fc.letrec<{ tree: StateValue }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.double(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.float64Array().map((data) => ({ shape: [data.length], data })),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]+$/), tie("tree"), { maxKeys: 3 }),
  ),
}));

describe("state map", () => {
  it("is undone exactly, through JSON", () => {
    fc.assert(
      fc.property(tree, (value) => {
        const { map, arrays } = splitState(value);
        const back = joinState(JSON.parse(JSON.stringify(map)) as Json, arrays);
        expect(back).toEqual(value);
      }),
    );
  });

  it("names arrays by their dotted path", () => {
    const array = { shape: [1], data: Float64Array.of(1) };
    const { arrays } = splitState({ atoms: array, optimizer: { memory: [array, { step: array }] } });
    expect([...arrays.keys()]).toEqual(["atoms", "optimizer.memory.0", "optimizer.memory.1.step"]);
  });

  it("refuses what is no state, as a defect", () => {
    const array = { shape: [1], data: Float64Array.of(1) };
    expect(() => splitState({ a: { b: array }, "a.b": array })).toThrow("two arrays are called a.b");
    expect(() => splitState({ a: { $array: "b" } })).toThrow('a.$array may not start with "$"');
    expect(() => splitState({ a: { b: undefined as unknown as null } })).toThrow("a.b is undefined");
  });

  it("misses an array by name", () => {
    expect(() => joinState({ atoms: { $array: "atoms" } }, new Map())).toThrow("the tensor file has no array atoms");
  });
});
