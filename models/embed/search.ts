import type { Metrics, StepContext, StepOutcome, Task } from "../task.ts";
import { embeddingOf } from "./couplings.ts";
import { advance, areConverged, metricsOf as descentMetrics, type Descents } from "./descents.ts";
import type { Embedding } from "./embedding.ts";
import { objectiveAt } from "./iterate.ts";
import type { EmbedProblem, Sizes } from "./problem.ts";
import type { Schedule } from "./schedule.ts";
import type { SearchState } from "./search-state.ts";
import { loadSearch, saveSearch } from "./search-tree.ts";
import type { EmbedSetup } from "./setup.ts";
import { independentStart, randomMasses } from "./starts.ts";
import { chosenTrial, isOwn, NOT_OF_PEERS, validationLoss, type PairScores, type Trial } from "./trials.ts";

/** Settings that a search tries: the spaces that follow from some distances, and a schedule. */
export interface Candidate {
  readonly setUp: () => Promise<EmbedSetup>;
  readonly schedule: Schedule;
  /** Whether the peers are run on its spaces: on those of the first candidate that has them. */
  readonly withPeers: boolean;
}

/** Another way to align the same spaces, scored beside ours. */
interface Peer {
  readonly method: string;
  readonly align: (setup: EmbedSetup) => PairScores;
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

/** Violation of marginals that a search is content with: scores differ by less than from start to start. */
const LOOSE = 1e-3;

/**
 * A search over settings as a task of the training loop. A step is one candidate: peers where it has them, then the descents of
 * all its starts to their end, loosely; between their steps the loop may save and stop. Every start of every candidate is a trial.
 * The last step solves the chosen trial again, to its tolerance.
 */
export function searchTask(settings: SearchSettings): Task<SearchState> {
  const { candidates, starts, tolerance, peers = [], validation } = settings;

  async function tryCandidate(state: SearchState, context: StepContext): Promise<StepOutcome<SearchState>> {
    const { schedule, setUp, withPeers } = candidates[state.done];
    const setup = await setUp();
    if (withPeers && state.peers < peers.length) {
      const { method, align } = peers[state.peers];
      context.progress(0, `candidate ${state.done + 1}, ${method}`);
      const trial = peerTrial(state, align(setup));
      return unfinished({ ...state, peers: state.peers + 1, trials: [...state.trials, trial] });
    }
    const loose = { ...schedule, tolerance: Math.max(schedule.tolerance, LOOSE) };
    const masses = (): Float64Array => randomMasses(setup.problem.target.metric.points, context.random);
    const images = state.descents ? state.images : Array.from({ length: starts }, masses);
    const descents = state.descents ?? descentsFrom(setup.problem, images);
    const advanced = advanceShowing(setup.problem, loose, descents, `candidate ${state.done + 1}`, context);
    if (!isOver(advanced, loose)) return unfinished({ ...state, images, descents: advanced });
    const trials = [...state.trials, ...trialsOf(settings, state.done, setup, advanced, images)];
    const next = { done: state.done + 1, descents: undefined, images: [], peers: 0, trials };
    return { state: next, metrics: metricsOf(next, settings) };
  }

  async function solveChosen(state: SearchState, context: StepContext): Promise<StepOutcome<SearchState>> {
    const { candidate, image } = state.trials[chosenTrial(state.trials, validation)];
    const { schedule, setUp } = candidates[candidate];
    const { problem } = await setUp();
    const descents = state.descents ?? descentsFrom(problem, [image]);
    const advanced = advanceShowing(problem, schedule, descents, "the chosen one again", context);
    if (!isOver(advanced, schedule)) return unfinished({ ...state, descents: advanced });
    const { lambda, epsilon } = schedule;
    const metrics = { lambda, epsilon, ...descentMetrics(advanced, schedule, tolerance) };
    return { state: { ...state, done: state.done + 1, descents: advanced }, metrics };
  }

  function isOver(descents: Descents, schedule: Schedule): boolean {
    const { next, step } = descents;
    return next === 0 && (step === schedule.outer || areConverged(descents, schedule, tolerance));
  }

  function advanceShowing(
    problem: EmbedProblem,
    schedule: Schedule,
    descents: Descents,
    what: string,
    context: StepContext,
  ): Descents {
    const advanced = advance(problem, schedule, descents, tolerance);
    const { step, next, iterates } = advanced;
    context.progress((step + next / iterates.length) / schedule.outer, `${what}, step ${step} of ${schedule.outer}`);
    return advanced;
  }

  return {
    name: "embed",
    steps: candidates.length + 1,
    init: async () => ({ done: 0, descents: undefined, images: [], peers: 0, trials: [] }),
    step: (state, context) => (state.done < candidates.length ? tryCandidate : solveChosen)(state, context),
    save: saveSearch,
    load: (tree) =>
      loadSearch(tree, settings.sizes, async ({ done, trials }) => {
        const candidate = done < candidates.length ? done : trials[chosenTrial(trials, validation)].candidate;
        return (await candidates[candidate].setUp()).problem;
      }),
  };
}

function unfinished(state: SearchState): StepOutcome<SearchState> {
  return { state, metrics: {}, unfinished: true };
}

function descentsFrom(problem: EmbedProblem, images: readonly Float64Array[]): Descents {
  return { iterates: images.map((image) => independentStart(problem, image, image)), step: 0, next: 0 };
}

function peerTrial({ done, peers }: SearchState, scores: PairScores): Trial {
  return { candidate: done, start: -1 - peers, scores, ...NOT_OF_PEERS };
}

function trialsOf(
  { candidates, score }: SearchSettings,
  candidate: number,
  setup: EmbedSetup,
  { iterates }: Descents,
  images: readonly Float64Array[],
): Trial[] {
  const { lambda } = candidates[candidate].schedule;
  return iterates.map((iterate, start) => {
    const objective = objectiveAt(iterate, lambda);
    return {
      candidate,
      start,
      distortion: objective.value / lambda,
      residual: iterate.report.residual,
      image: images[start],
      scores: score(embeddingOf(iterate.couplings, objective), setup),
    };
  });
}

function metricsOf({ trials, done }: SearchState, { candidates, validation }: SearchSettings): Metrics {
  const own = trials.filter((trial) => isOwn(trial) && trial.candidate === done - 1);
  const { lambda, epsilon } = candidates[done - 1].schedule;
  return {
    lambda,
    epsilon,
    distortion: Math.min(...own.map(({ distortion }) => distortion)),
    validation: Math.min(...own.map((trial) => validationLoss(trial, validation))),
    chosen: validationLoss(trials[chosenTrial(trials, validation)], validation),
  };
}
