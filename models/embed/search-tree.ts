import { expectArray, expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import { loadDescents, saveDescents } from "./descents-tree.ts";
import type { Embedding } from "./embedding.ts";
import type { EmbedProblem, Sizes } from "./problem.ts";
import type { Kept, SearchState } from "./search.ts";
import { isOwn, type Trial } from "./trial.ts";

/**
 * What has been found, and the candidate under way. Scores of the trials are rows of one matrix a score. A run ends where an array
 * of its state is not finite, so that figures that peers have not are saved as zero.
 */
export function saveSearch({ done, descents, peers, trials, chosen, lowest }: SearchState): StateTree {
  const column = (of: (trial: Trial) => number) => ({ shape: [trials.length], data: Float64Array.from(trials, of) });
  const names = Object.keys(trials[0]?.scores ?? {});
  return {
    done,
    descents: descents ? saveDescents(descents) : null,
    peers,
    trials: {
      candidate: column(({ candidate }) => candidate),
      start: column(({ start }) => start),
      distortion: column((trial) => (isOwn(trial) ? trial.distortion : 0)),
      residual: column((trial) => (isOwn(trial) ? trial.residual : 0)),
      scores: Object.fromEntries(names.map((name) => [name, stacked(trials.map(({ scores }) => scores[name]))])),
    },
    chosen: chosen ? saveKept(chosen) : null,
    lowest: lowest ? saveKept(lowest) : null,
  };
}

/** Throws InputError naming the leaf that does not fit. */
export async function loadSearch(
  tree: StateTree,
  sizes: Sizes,
  problemOf: (candidate: number) => Promise<EmbedProblem>,
): Promise<SearchState> {
  const done = expectNumber(tree, "done");
  const isUnderWay = tree["descents"] !== null;
  return {
    done,
    descents: isUnderWay ? loadDescents(expectTree(tree, "descents"), await problemOf(done)) : undefined,
    peers: expectNumber(tree, "peers"),
    trials: loadTrials(expectTree(tree, "trials")),
    chosen: loadKept(tree, "chosen", sizes),
    lowest: loadKept(tree, "lowest", sizes),
  };
}

export function loadTrials(tree: StateTree): Trial[] {
  const { data: candidates } = expectArray(tree, "candidate", [null], Float64Array);
  const column = (name: string): Float64Array => expectArray(tree, name, [candidates.length], Float64Array).data;
  const [starts, distortions, residuals] = ["start", "distortion", "residual"].map(column);
  const scores = Object.keys(expectTree(tree, "scores")).map((name) => {
    return [name, expectArray(tree, `scores.${name}`, [candidates.length, null], Float64Array)] as const;
  });
  return Array.from(candidates, (candidate, trial) => ({
    candidate,
    start: starts[trial],
    distortion: isOwn({ start: starts[trial] }) ? distortions[trial] : NaN,
    residual: isOwn({ start: starts[trial] }) ? residuals[trial] : NaN,
    scores: Object.fromEntries(
      scores.map(([name, { data, shape }]) => [name, data.slice(trial * shape[1], (trial + 1) * shape[1])]),
    ),
  }));
}

function saveKept({ trial, embedding: { objective, ...couplings } }: Kept): StateTree {
  return { trial, ...couplings, objective: { ...objective } };
}

export function loadKept(tree: StateTree, name: "chosen" | "lowest", { nx, nz, ny }: Sizes): Kept | undefined {
  if (tree[name] === null) return undefined;
  const matrix = (of: string, rows: number) => expectArray(tree, `${name}.${of}`, [rows, nz], Float64Array);
  const number = (of: string): number => expectNumber(tree, `${name}.objective.${of}`);
  const embedding: Embedding = {
    couplingX: matrix("couplingX", nx),
    couplingZ: matrix("couplingZ", nz),
    couplingY: matrix("couplingY", ny),
    objective: {
      value: number("value"),
      wasserstein: number("wasserstein"),
      gromovX: number("gromovX"),
      gromovY: number("gromovY"),
    },
  };
  return { trial: expectNumber(tree, `${name}.trial`), embedding };
}

function stacked(rows: readonly Float64Array[]) {
  const columns = rows[0].length;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, at) => data.set(row, at * columns));
  return { shape: [rows.length, columns], data };
}
