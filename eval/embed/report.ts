import type { TrainedRun } from "../evaluator.ts";
import { formatNumber } from "../format.ts";
import type { Pictures } from "../pictures/picture.ts";
import {
  figureSections,
  recordTable,
  type FigureCaption,
  type Highlight,
  type Report,
  type ReportSection,
} from "../report.ts";
import type { MethodAlignment } from "./compare.ts";
import type { StartOutcome } from "./starts.ts";

/** Captions of the pictures, in the order of the report. */
const CAPTIONS: readonly FigureCaption[] = [
  ["mixtures", "Mixtures", "Each Gaussian at one standard deviation: the two mixtures as they were, and where they have been put."],
  ["projections", "Samples", "Barycentric projections of the samples of both sets, which are told apart by shape where classes have the colours."],
  ["marginals", "Images", "Where the two sets lie in the target: the marginals of the plan, mass by the size of a point or the strength of an ellipse."],
  ["marginals_together", "Images together", "The same in one picture."],
  ["coupling_x", "Coupling of X", "Mass that each sample of the first set sends to each point of the target."],
  ["coupling_y", "Coupling of Y", "The same of the second set."],
  ["progress", "Steps", "Objective of the best start, and the share of the mass that a step still moves."],
]; // prettier-ignore

/** What the report says beside pictures. */
export interface EmbedFindings {
  readonly summary: Readonly<Record<string, unknown>>;
  /** What a reader has to know before the figures: a collapsed embedding, optima that are equally good. */
  readonly notes: readonly string[];
  /** Ours first. Empty where nothing is known of the samples. */
  readonly methods: readonly MethodAlignment[];
  readonly starts: readonly StartOutcome[];
}

export function embedReport(run: TrainedRun, findings: EmbedFindings, pictures: Pictures): Report {
  const { summary, notes, methods, starts } = findings;
  return {
    title: "Joint metric space embedding",
    subtitle: run.name,
    highlights: highlightsOf(findings),
    sections: [
      ...(notes.length > 0 ? [{ kind: "text", title: "Take care", paragraphs: notes } as const] : []),
      ...figureSections(CAPTIONS, pictures),
      ...methodTable(methods),
      ...startTable(starts),
      recordTable(summary, { title: "Summary" }),
      recordTable(run.config.options, { title: "Configuration", collapsed: true }),
    ],
  };
}

function highlightsOf({ methods: [ours], summary }: EmbedFindings): Highlight[] {
  const objective = summary["objective"] as { readonly value?: number } | undefined;
  return [
    ...(ours?.foscttm
      ? [{ label: "FOSCTTM", value: ours.foscttm.mean.toFixed(3), note: "0 is perfect, 0.5 is guessing" }]
      : []),
    ...(ours?.labelTransfer
      ? [{ label: "label transfer", value: ours.labelTransfer.xToY.toFixed(3), note: "5 nearest neighbours, X to Y" }]
      : []),
    ...(objective?.value !== undefined
      ? [{ label: "objective", value: formatNumber(objective.value), note: "of the best start" }]
      : []),
  ];
}

function methodTable(methods: readonly MethodAlignment[]): ReportSection[] {
  if (methods.every(({ foscttm, labelTransfer }) => !foscttm && !labelTransfer)) return [];
  return [
    {
      kind: "table",
      title: "Alignment",
      caption:
        "FOSCTTM: fraction of samples closer than the true match, lower is better. Label transfer: share of classes that the 5 " +
        "nearest neighbours in the other set get right. Partners and classes were used here only.",
      columns: [
        { title: "method" },
        { title: "FOSCTTM", digits: 3 },
        { title: "X to Y", digits: 3 },
        { title: "Y to X", digits: 3 },
        { title: "labels X to Y", digits: 3 },
        { title: "labels Y to X", digits: 3 },
        { title: "seconds", digits: 1 },
      ],
      rows: methods.map(({ method, foscttm, labelTransfer, seconds }) => [
        method,
        foscttm?.mean,
        foscttm?.xToY,
        foscttm?.yToX,
        labelTransfer?.xToY,
        labelTransfer?.yToX,
        seconds,
      ]),
    },
  ];
}

function startTable(starts: readonly StartOutcome[]): ReportSection[] {
  if (starts.length < 2) return [];
  return [
    {
      kind: "table",
      title: "Starts",
      caption: "Where each start ended. The lowest objective is taken, as no pair is needed to see it.",
      columns: [{ title: "start" }, { title: "objective" }, { title: "mass that still moves" }, { title: "" }],
      rows: starts.map(({ objective, residual, chosen }, start) => [
        String(start + 1),
        objective,
        residual,
        chosen ? "taken" : "",
      ]),
    },
  ];
}
