import { expectArray, expectNumber, expectText, expectTree } from "../../checkpoints/leaves.ts";
import { InputError } from "../../src/errors.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import { pairCount } from "../../src/transport/pairs/pair-order.ts";
import type { Change } from "./changes.ts";
import type { Half } from "./half-iteration.ts";
import type { BySide, Side, SideName } from "./sides.ts";
import type { GroundMetricState } from "./state.ts";
import type { SymmetricMatrix } from "./symmetric-matrix.ts";

/**
 * Version of what is saved: 2 since pairs go along the rows of the upper triangle. Before, they went along those of the lower
 * one, with nothing to tell them by.
 */
const FORMAT = 2;

/** A state as plain data: the matrices, the iteration under way, and what the maps keep. */
export async function saveState(state: GroundMetricState, sides: BySide<Side>): Promise<StateTree> {
  const { features, samples, scales, half, featureChange, clamped } = state;
  return {
    format: FORMAT,
    features: saveMatrix(features),
    samples: saveMatrix(samples),
    scales: { ...scales },
    half: saveHalf(half),
    featureChange: featureChange ? { ...featureChange } : null,
    clamped,
    kept: { features: await sides.features.map.save(), samples: await sides.samples.map.save() },
  };
}

/** The state of a tree; hands the maps what they kept. Throws InputError naming the leaf that does not fit. */
export function loadState(tree: StateTree, sides: BySide<Side>): GroundMetricState {
  const state = {
    ...loadMatrices(tree, sides),
    scales: { features: expectNumber(tree, "scales.features"), samples: expectNumber(tree, "scales.samples") },
    half: loadHalf(tree, sides),
    featureChange: tree["featureChange"] ? loadChange(tree) : undefined,
    clamped: expectNumber(tree, "clamped"),
  };
  for (const side of ["features", "samples"] as const) sides[side].map.load(expectTree(tree, `kept.${side}`));
  return state;
}

/** The two matrices alone, for evaluation. Throws InputError naming the leaf that does not fit. */
export function loadMatrices(tree: StateTree, sides: BySide<Side>): BySide<SymmetricMatrix> {
  if (tree["format"] !== FORMAT) {
    throw new InputError(
      `format: saved ${JSON.stringify(tree["format"] ?? 1)}, expected ${FORMAT}: the run is of another version of otlearn; ` +
        "train it again, or use that version",
    );
  }
  const matrix = (side: SideName): SymmetricMatrix => ({
    form: sides[side].map.form,
    count: sides[side].count,
    values: expectArray(tree, `${side}.values`, [pairCount(sides[side].count)], Float64Array).data,
    diagonal: expectNumber(tree, `${side}.diagonal`),
  });
  return { features: matrix("features"), samples: matrix("samples") };
}

function saveMatrix({ values, diagonal }: SymmetricMatrix): StateTree {
  return { values: vector(values), diagonal };
}

function saveHalf({ side, list, values, done }: Half): StateTree {
  return { side, done, ...(list && { list: vector(list) }), values: vector(values) };
}

function loadHalf(tree: StateTree, sides: BySide<Side>): Half {
  const side = expectText(tree, "half.side");
  if (side !== "features" && side !== "samples") {
    throw new InputError(`half.side: saved ${JSON.stringify(side)}, expected features or samples`);
  }
  const sampled = "list" in expectTree(tree, "half");
  const list = sampled ? expectArray(tree, "half.list", [null], Int32Array).data : undefined;
  const pairs = pairCount(sides[side].count);
  if (list?.some((pair) => pair < 0 || pair >= pairs)) {
    throw new InputError(`half.list: expected numbers of the ${pairs} pairs of ${side}, got others`);
  }
  const { data: values } = expectArray(tree, "half.values", [list?.length ?? pairs], Float64Array);
  return { side, ...(list && { list }), values: values.slice(), done: expectNumber(tree, "half.done") };
}

function loadChange(tree: StateTree): Change {
  return {
    hilbert: expectNumber(tree, "featureChange.hilbert"),
    residual: expectNumber(tree, "featureChange.residual"),
  };
}

function vector<T extends Float64Array | Int32Array>(data: T) {
  return { shape: [data.length], data };
}
