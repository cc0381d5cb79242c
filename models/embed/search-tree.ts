import { expectArray, expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import { rowsOf } from "../../src/tensor/ndarray.ts";
import { loadDescents, saveDescents } from "./descents-tree.ts";
import type { EmbedProblem, Sizes } from "./problem.ts";
import type { SearchState } from "./search-state.ts";
import { isOwn, NOT_OF_PEERS, type Trial } from "./trials.ts";

/**
 * What has been found, and what is under way. Scores of the trials are rows of one matrix a score. A run ends where an array of its
 * state is not finite, so that the figures that a peer has not are saved as zeros.
 */
export function saveSearch({ done, descents, images, peers, trials }: SearchState): StateTree {
  const column = (of: (trial: Trial) => number) => ({ shape: [trials.length], data: Float64Array.from(trials, of) });
  const names = Object.keys(trials[0]?.scores ?? {});
  return {
    done,
    descents: descents ? saveDescents(descents) : null,
    images: stacked(images),
    peers,
    trials: {
      candidate: column(({ candidate }) => candidate),
      start: column(({ start }) => start),
      distortion: column((trial) => (isOwn(trial) ? trial.distortion : 0)),
      residual: column((trial) => (isOwn(trial) ? trial.residual : 0)),
      images: stacked(trials.filter(isOwn).map(({ image }) => image)),
      scores: Object.fromEntries(names.map((name) => [name, stacked(trials.map(({ scores }) => scores[name]))])),
    },
  };
}

/**
 * Throws InputError naming the leaf that does not fit.
 *
 * @param problemOf what the descents of a state are of
 */
export async function loadSearch(
  tree: StateTree,
  { nx, nz, ny }: Sizes,
  problemOf: (state: SearchState) => Promise<EmbedProblem>,
): Promise<SearchState> {
  const { data: images } = expectArray(tree, "images", [null, null], Float64Array);
  const state: SearchState = {
    done: expectNumber(tree, "done"),
    descents: undefined,
    images: rowsOf(images, nz),
    peers: expectNumber(tree, "peers"),
    trials: loadTrials(expectTree(tree, "trials"), { nx, nz, ny }),
  };
  if (tree["descents"] === null) return state;
  return { ...state, descents: loadDescents(expectTree(tree, "descents"), await problemOf(state)) };
}

/** Throws InputError naming the leaf that does not fit. */
export function loadTrials(tree: StateTree, { nx, nz }: Sizes): Trial[] {
  const { data: candidates } = expectArray(tree, "candidate", [null], Float64Array);
  const column = (name: string): Float64Array => expectArray(tree, name, [candidates.length], Float64Array).data;
  const [starts, distortions, residuals] = ["start", "distortion", "residual"].map(column);
  const images = rowsOf(expectArray(tree, "images", [null, null], Float64Array).data, nz);
  const scores = Object.keys(expectTree(tree, "scores")).map((name) => {
    const { data } = expectArray(tree, `scores.${name}`, [candidates.length, nx], Float64Array);
    return [name, rowsOf(data, nx)] as const;
  });
  let own = 0;
  return Array.from(candidates, (candidate, trial) => {
    const start = starts[trial];
    const ofTrial = { candidate, start, scores: Object.fromEntries(scores.map(([name, rows]) => [name, rows[trial]])) };
    return isOwn({ start })
      ? { ...ofTrial, distortion: distortions[trial], residual: residuals[trial], image: images[own++] }
      : { ...ofTrial, ...NOT_OF_PEERS };
  });
}

function stacked(rows: readonly Float64Array[]) {
  const columns = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, at) => data.set(row, at * columns));
  return { shape: [rows.length, columns], data };
}
