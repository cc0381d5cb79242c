import type { Metrics, StepContext, StepOutcome, Task } from "../task.ts";
import { embeddingOf } from "./couplings.ts";
import { advance, areConverged, type Descents } from "./descents.ts";
import type { Embedding } from "./embedding.ts";
import { objectiveAt, type Iterate } from "./iterate.ts";
import type { EmbedProblem, Sizes } from "./problem.ts";
import type { Schedule } from "./schedule.ts";
import type { EmbedSetup } from "./setup.ts";
import { loadSearch, saveSearch } from "./search-tree.ts";
import { randomStart } from "./starts.ts";
import { isOwn, validationLoss, type PairScores, type Trial } from "./trial.ts";

/** Settings that a search tries: the spaces that follow from some distances, and a schedule. */
export interface Candidate {
  readonly setUp: () => Promise<EmbedSetup>;
  readonly schedule: Schedule;
  /** Whether the peers are run on its spaces: on those of the first candidate that has them. */
  readonly withPeers: boolean;
}

/** Another way to align the same spaces, scored beside ours. */
export interface Peer {
  readonly method: string;
  readonly align: (setup: EmbedSetup) => PairScores;
}

/** An embedding that is kept: the best so far by some choice. */
export interface Kept {
  readonly trial: number;
  readonly embedding: Embedding;
}

export interface SearchState {
  /** Candidates that are done. */
  readonly done: number;
  /** Of the next candidate, where it is under way. */
  readonly descents: Descents | undefined;
  /** Peers that have been run on the spaces of the next candidate. */
  readonly peers: number;
  readonly trials: readonly Trial[];
  /** By the validation pairs, and by the lowest distortion, for which no pair is known. */
  readonly chosen: Kept | undefined;
  readonly lowest: Kept | undefined;
}

export interface SearchSettings {
  readonly candidates: readonly Candidate[];
  /** Of every candidate. */
  readonly sizes: Sizes;
  readonly starts: number;
  readonly tolerance: number;
  readonly score: (embedding: Embedding, setup: EmbedSetup) => PairScores;
  /** @default none */
  readonly peers?: readonly Peer[];
  /** Indices of the pairs that the choice may look at. */
  readonly validation: Int32Array;
}

/**
 * A search over settings as a task of the training loop. A step is one candidate: peers where it has them, then the descents of
 * all its starts to their end; between their steps the loop may save and stop. Every start of every candidate is a trial; the one
 * that puts the validation pairs closest together is chosen, and the one with the lowest distortion is kept beside it.
 */
export function searchTask(settings: SearchSettings): Task<SearchState> {
  const { candidates, starts, tolerance, peers = [] } = settings;

  async function step(state: SearchState, context: StepContext): Promise<StepOutcome<SearchState>> {
    const { schedule, setUp, withPeers } = candidates[state.done];
    const setup = await setUp();
    const { problem } = setup;
    if (withPeers && state.peers < peers.length) {
      context.progress(0, `candidate ${state.done + 1}, ${peers[state.peers].method}`);
      const scores = peers[state.peers].align(setup);
      const trial = { candidate: state.done, start: -1 - state.peers, distortion: NaN, residual: NaN, scores };
      return unfinished({ ...state, peers: state.peers + 1, trials: [...state.trials, trial] });
    }
    const descents = state.descents ?? beginDescents(problem, starts, context);
    const advanced = advance(problem, schedule, descents, tolerance);
    const steps = advanced.step + advanced.next / starts;
    context.progress(steps / schedule.outer, `candidate ${state.done + 1}, step ${advanced.step} of ${schedule.outer}`);
    const isLast =
      advanced.next === 0 && (advanced.step === schedule.outer || areConverged(advanced, schedule, tolerance));
    if (!isLast) return unfinished({ ...state, descents: advanced });
    const finished = advanced.iterates.reduce<SearchState>(
      (kept, iterate, start) => withTrial(kept, settings, setup, iterate, start),
      state,
    );
    const next = { ...finished, done: state.done + 1, descents: undefined, peers: 0 };
    return { state: next, metrics: metricsOf(next, settings) };
  }

  return {
    name: "embed",
    steps: candidates.length,
    init: async () => ({ done: 0, descents: undefined, peers: 0, trials: [], chosen: undefined, lowest: undefined }),
    step,
    save: saveSearch,
    load: (tree) =>
      loadSearch(tree, settings.sizes, async (candidate) => (await candidates[candidate].setUp()).problem),
  };
}

function unfinished(state: SearchState): StepOutcome<SearchState> {
  return { state, metrics: {}, unfinished: true };
}

function beginDescents(problem: EmbedProblem, starts: number, { random }: StepContext): Descents {
  return { iterates: Array.from({ length: starts }, () => randomStart(problem, random)), step: 0, next: 0 };
}

function withTrial(
  state: SearchState,
  { candidates, validation, score }: SearchSettings,
  setup: EmbedSetup,
  iterate: Iterate,
  start: number,
): SearchState {
  const { lambda } = candidates[state.done].schedule;
  const objective = objectiveAt(iterate, lambda);
  const embedding = embeddingOf(iterate.couplings, objective);
  const trial: Trial = {
    candidate: state.done,
    start,
    distortion: objective.value / lambda,
    residual: iterate.report.residual,
    scores: score(embedding, setup),
  };
  const trials = [...state.trials, trial];
  const keep = (kept: Kept | undefined, loss: (of: Trial) => number): Kept =>
    kept && loss(trials[kept.trial]) <= loss(trial) ? kept : { trial: trials.length - 1, embedding };
  return {
    ...state,
    trials,
    chosen: keep(state.chosen, (of) => validationLoss(of, validation)),
    lowest: keep(state.lowest, (of) => of.distortion),
  };
}

function metricsOf({ trials, done, chosen }: SearchState, { candidates, validation }: SearchSettings): Metrics {
  const own = trials.filter((trial) => isOwn(trial) && trial.candidate === done - 1);
  const { lambda, epsilon } = candidates[done - 1].schedule;
  return {
    lambda,
    epsilon,
    distortion: Math.min(...own.map(({ distortion }) => distortion)),
    validation: Math.min(...own.map((trial) => validationLoss(trial, validation))),
    chosen: validationLoss(trials[chosen!.trial], validation),
  };
}
