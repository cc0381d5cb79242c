import { expectArray, expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import { InputError } from "../../src/errors.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import type { Couplings } from "./couplings.ts";
import type { Descents } from "./descents.ts";
import { iterateAt, type Iterate, type Remembered } from "./iterate.ts";
import { sizesOf, type EmbedProblem, type Sizes } from "./problem.ts";

/** Couplings, potentials and figures of every start; costs follow from them. */
export function saveDescents({ iterates, step, next }: Descents): StateTree {
  return { step, next, starts: Object.fromEntries(iterates.map((iterate, index) => [index, saveIterate(iterate)])) };
}

/** Throws InputError naming the leaf that does not fit the problem. */
export function loadDescents(tree: StateTree, problem: EmbedProblem): Descents {
  const sizes = sizesOf(problem);
  const iterates = Object.values(expectTree(tree, "starts")).map((_, start) => {
    const saved = expectTree(tree, `starts.${start}`);
    return iterateAt(problem, loadCouplings(saved, sizes), loadRemembered(saved, sizes));
  });
  const next = expectNumber(tree, "next");
  if (!(next in iterates)) throw new InputError(`next: saved ${next}, expected one of ${iterates.length} starts`);
  return { iterates, step: expectNumber(tree, "step"), next };
}

function saveIterate({ couplings, potentials, entropy, divergence, report }: Iterate): StateTree {
  const outer = potentials && { x: vector(potentials[0]), y: vector(potentials[3]) }; // those of free nodes are zero
  return { ...couplings, potentials: outer ?? null, entropy, divergence, report: { ...report } };
}

/** Throws InputError naming the leaf that does not fit. */
function loadCouplings(tree: StateTree, { nx, nz, ny }: Sizes): Couplings {
  return {
    xz: expectArray(tree, "xz", [nx, nz], Float64Array),
    zz: expectArray(tree, "zz", [nz, nz], Float64Array),
    zy: expectArray(tree, "zy", [nz, ny], Float64Array),
  };
}

function loadRemembered(tree: StateTree, { nx, nz, ny }: Sizes): Remembered {
  const potentials = (): Float64Array[] => [
    expectArray(tree, "potentials.x", [nx], Float64Array).data,
    new Float64Array(nz),
    new Float64Array(nz),
    expectArray(tree, "potentials.y", [ny], Float64Array).data,
  ];
  return {
    potentials: tree["potentials"] === null ? undefined : potentials(),
    entropy: expectNumber(tree, "entropy"),
    divergence: expectNumber(tree, "divergence"),
    report: {
      biconvex: expectNumber(tree, "report.biconvex"),
      share: expectNumber(tree, "report.share"),
      residual: expectNumber(tree, "report.residual"),
      iterations: expectNumber(tree, "report.iterations"),
      error: expectNumber(tree, "report.error"),
    },
  };
}

function vector(data: Float64Array) {
  return { shape: [data.length], data };
}
