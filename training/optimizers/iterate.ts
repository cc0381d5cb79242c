import { expectArray, expectNumber, expectText } from "../../checkpoints/leaves.ts";
import type { Iterate } from "../../models/optimizer.ts";
import type { StateTree } from "../../src/tensor/tree.ts";

/** The part of an optimiser's state that all share, as plain data. */
export function saveIterate({ x, value, gradient, iterations, evaluations, finished }: Iterate): StateTree {
  return {
    x: { shape: [x.length], data: x },
    value,
    gradient: { shape: [x.length], data: gradient },
    iterations,
    evaluations,
    finished: finished ?? null,
  };
}

/** Inverse of `saveIterate`. Throws InputError naming the leaf that does not fit. */
export function loadIterate(tree: StateTree): Iterate {
  const { data: x } = expectArray(tree, "x", [null], Float64Array);
  return {
    x,
    value: expectNumber(tree, "value"),
    gradient: expectArray(tree, "gradient", [x.length], Float64Array).data,
    iterations: expectNumber(tree, "iterations"),
    evaluations: expectNumber(tree, "evaluations"),
    ...(tree["finished"] === null ? {} : { finished: expectText(tree, "finished") }),
  };
}
