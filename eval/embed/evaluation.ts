import type { Embedding } from "../../models/embed/embedding.ts";
import { numbered } from "../../src/data/dataset.ts";
import type { Target } from "../../src/spaces/target.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { planMarginalsOf } from "../../src/transport/gromov/objective.ts";
import type { Evaluation, TrainedRun } from "../evaluator.ts";
import { compareAlignments, type AlignedSet, type Aligner, type MethodAlignment } from "./compare.ts";
import { matchTable, type SampleNames } from "./matches.ts";
import { embedPictures } from "./pictures.ts";
import { progressPicture } from "../pictures/progress.ts";
import { embedReport } from "./report.ts";
import { EMBED_CURVES } from "./shown.ts";
import { alignmentScores, type Knowledge } from "./scores.ts";
import { COLLAPSED, imageOf, REWEIGHTED, type Image } from "./spread.ts";
import { equalOptima, equalOptimaNote, type StartOutcome } from "./starts.ts";

/** A joint embedding and what is known of it. */
export interface EmbedResult {
  readonly embedding: Embedding;
  readonly target: Target;
  readonly x: AlignedSet;
  readonly y: AlignedSet;
  readonly knowledge: Knowledge;
  /** One a start; empty where none are kept. */
  readonly starts: readonly StartOutcome[];
  /** Other ways to align the same sets, to be run and scored beside ours. @default none */
  readonly peers?: Readonly<Record<string, Aligner>>;
  /** Names of the two sets. @default X and Y */
  readonly sets?: readonly [x: string, y: string];
  /** Of the samples. @default their numbers from 0 */
  readonly names?: SampleNames;
  /** The mixtures [k, 5] whose Gaussians are the samples. @default they are not Gaussians */
  readonly mixtures?: readonly [x: NdArray, y: NdArray];
  /** More for the summary and the report: what a search chose, components that were joined. @default nothing */
  readonly more?: Readonly<Record<string, unknown>>;
}

/**
 * Evaluates a joint embedding: couplings, projections and distances as arrays, matches as a table, FOSCTTM and label transfer where
 * partners or classes are known (beside the peers'), pictures of the target and a report. Draws and writes nothing yet. Throws
 * InputError where the parts do not fit together.
 */
export function embedEvaluation(run: TrainedRun, result: EmbedResult): Evaluation {
  const { embedding, target, x, y, knowledge, starts, peers = {}, sets = ["X", "Y"], mixtures, more = {} } = result;
  const { couplingX, couplingY, couplingZ, objective } = embedding;
  const projections = [target.project(couplingX), target.project(couplingY)] as const;
  const distances = target.distances(...projections);
  const [marginalsX, marginalsY] = [couplingX, couplingY].map(({ data, shape: [n, nz] }) =>
    planMarginalsOf(data, n, nz),
  );
  const images = {
    x: imageOf(x.space, marginalsX, projections[0], target),
    y: imageOf(y.space, marginalsY, projections[1], target),
  };
  const seconds = run.history.at(-1)?.["seconds"];
  const ours: MethodAlignment = { method: "embed", ...alignmentScores(distances, knowledge), seconds };
  const methods = [ours, ...compareAlignments(x, y, peers, knowledge)];
  const optima = equalOptima(starts, target);
  const isFixed = run.config.options["rho"] === undefined;
  const notes = [
    collapseNote(images, sets),
    isFixed ? reweightedNote(images, sets) : undefined,
    equalOptimaNote(optima),
  ].filter((note) => note !== undefined);
  const summary = {
    ...more,
    steps: run.history.at(-1)?.["step"],
    seconds,
    samples: { x: x.space.metric.points, y: y.space.metric.points },
    target: { name: target.name, points: target.metric.points },
    objective: { ...objective },
    images,
    ...alignmentScores(distances, knowledge),
    ...(methods.length > 1 && { methods }),
    starts: starts.map(({ objective, residual, chosen }) => ({ objective, residual, chosen })),
    equalOptima: optima,
    notes,
  };
  const { labelsX, labelsY } = knowledge;
  const names = result.names ?? { x: numbered(x.space.metric.points), y: numbered(y.space.metric.points) };
  const drawn = {
    target,
    sets,
    marginals: [marginalsX[1], marginalsY[1]],
    projections,
    labels: [labelsX, labelsY],
    names: [names.x, names.y],
    weights: [x.space.weights, y.space.weights],
    mixtures,
    couplingX,
    couplingY,
  } as const;
  return {
    summary,
    arrays: {
      coupling_x: couplingX,
      coupling_y: couplingY,
      coupling_z: couplingZ,
      target_distances: target.metric.matrix(),
      projection_x: projections[0],
      projection_y: projections[1],
    },
    tables: { matches: matchTable(distances, names, labelsX, labelsY) },
    pictures: { ...embedPictures(drawn), ...progressPicture(run.history, EMBED_CURVES) },
    report: (pictures) => embedReport(run, { summary, notes, methods, starts }, pictures),
  };
}

function collapseNote({ x, y }: { readonly x: Image; readonly y: Image }, sets: readonly string[]): string | undefined {
  const collapsed = [x, y].flatMap(({ spread }, set) => {
    return spread < COLLAPSED ? [`${sets[set]} to ${spread.toFixed(2)} of its size`] : [];
  });
  if (collapsed.length === 0) return undefined;
  return (
    `The projections have shrunk: ${collapsed.join(", ")}. Scores of such an embedding mean little; more steps, a smaller epsilon ` +
    "or a larger lambda spread it out."
  );
}

function reweightedNote(
  { x, y }: { readonly x: Image; readonly y: Image },
  sets: readonly string[],
): string | undefined {
  const off = [x, y].flatMap(({ reweighted }, set) => {
    return reweighted > REWEIGHTED ? [`${(100 * reweighted).toPrecision(2)}% of the mass of ${sets[set]}`] : [];
  });
  if (off.length === 0) return undefined;
  return (
    `Inner problems ended before they had converged: ${off.join(" and ")} is not where the weights have it, so that the objective ` +
    "may be too low. More inner iterations, or a larger epsilon beside lambda, mend that."
  );
}
