import { expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import { choiceText, searchChoices, type Choice } from "../../models/embed/candidates.ts";
import type { EmbedOptions } from "../../models/embed/presets.ts";
import { embeddingOf } from "../../models/embed/couplings.ts";
import { loadDescents } from "../../models/embed/descents-tree.ts";
import { objectiveAt } from "../../models/embed/iterate.ts";
import { sizesOf } from "../../models/embed/problem.ts";
import { loadTrials } from "../../models/embed/search-tree.ts";
import {
  chosenTrial,
  firstWithinError,
  isOwn,
  lowestLoss,
  validationLoss,
  type Trial,
} from "../../models/embed/trials.ts";
import { setUpEmbed } from "../../models/embed/setup.ts";
import { meanOver, validationSplits } from "../../models/embed/splits.ts";
import type { PairDataset } from "../../src/data/pair.ts";
import { encodeTsv } from "../../src/data/tab-separated.ts";
import { RunError } from "../../src/errors.ts";
import type { Evaluation, TrainedRun } from "../evaluator.ts";
import type { ReportSection } from "../report.ts";
import { embedEvaluation } from "./evaluation.ts";
import { ALIGNMENT_PEERS } from "./peers.ts";
import { resultOf } from "./result.ts";
import { methodFigures, type MethodFigures } from "./search-figures.ts";

/**
 * Evaluates a search: the embedding that the validation pairs chose, scored on all other pairs; what the same choice by other
 * random pairs gives, ours beside the peers', each with settings of its own, also by the plain lowest loss; and the start of the
 * lowest objective of the first candidate, which is what somebody gets who has no pairs. Throws RunError for a search that is not
 * over.
 */
export async function searchEvaluation(
  run: TrainedRun,
  options: EmbedOptions,
  dataset: PairDataset,
): Promise<Evaluation> {
  const choices = searchChoices(options, dataset);
  const { state } = run;
  const done = expectNumber(state, "done");
  if (done <= choices.length) {
    throw new RunError(
      `${run.name}: ${done} of ${choices.length} candidates are done and none is chosen; go on with the search`,
    );
  }
  const sizes = sizesOf((await setUpEmbed({ ...options, ...choices[0] }, dataset)).problem);
  const trials = loadTrials(expectTree(state, "trials"), sizes);
  const splits = validationSplits(sizes.nx, options.validation, options.splits);
  const chosen = trials[chosenTrial(trials, splits[0])];
  const choice = choices[chosen.candidate];
  const setup = await setUpEmbed({ ...options, ...choice }, dataset);
  const [iterate] = loadDescents(expectTree(state, "descents"), setup.problem).iterates;
  const embedding = embeddingOf(iterate.couplings, objectiveAt(iterate, choice.lambda));
  const ofMethod = (trial: Trial): string => methodOf(trial).method;
  const methods = methodFigures(trials, splits, firstWithinError, ofMethod);
  const withoutPairs = lowestDistortion(trials.filter((trial) => isOwn(trial) && trial.candidate === 0));

  const result = resultOf(setup);
  const evaluation = embedEvaluation(run, {
    ...result,
    embedding,
    starts: [],
    knowledge: { ...result.knowledge, pairs: pairsOutside(splits[0], sizes.nx) },
    more: {
      ...result.more,
      chosen: { ...choice, start: chosen.start + 1, validationFoscttm: validationLoss(chosen, splits[0]) },
      search: {
        candidates: choices.length,
        trials: trials.length,
        splits: splits.length,
        methods,
        byLowestLoss: methodFigures(trials, splits, lowestLoss, ofMethod),
      },
      withoutPairs: { ...choices[0], distortion: withoutPairs.distortion, ...meansOf(withoutPairs) },
    },
  });
  return {
    ...evaluation,
    tables: { ...evaluation.tables, trials: trialTable(trials, choices, splits[0]) },
    report: (pictures) => {
      const report = evaluation.report(pictures);
      const [figures, rest] = [report.sections.slice(0, -2), report.sections.slice(-2)];
      return { ...report, sections: [...figures, methodSection(methods, splits.length), ...rest] };
    },
  };
}

/** Of the starts of one candidate: objectives of other distances are not comparable. */
function lowestDistortion(trials: readonly Trial[]): Trial {
  return trials.reduce((best, trial) => (trial.distortion < best.distortion ? trial : best));
}

function methodOf(trial: Trial): { readonly method: string; readonly name: string } {
  return isOwn(trial) ? { method: "embed", name: `start ${trial.start + 1}` } : ALIGNMENT_PEERS[-1 - trial.start];
}

function pairsOutside(split: Int32Array, pairs: number): number[] {
  const inside = new Set(split);
  return Array.from({ length: pairs }, (_, pair) => pair).filter((pair) => !inside.has(pair));
}

/** Over all pairs: none has entered the choice. */
function meansOf({ scores }: Trial): Readonly<Record<string, number>> {
  const none = new Int32Array(0);
  return Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, meanOver(values, none, true)]));
}

function trialTable(trials: readonly Trial[], choices: readonly Choice[], split: Int32Array): string {
  const names = Object.keys(trials[0].scores);
  const rows = trials.map((trial) => [
    choiceText(choices[trial.candidate]),
    methodOf(trial).name,
    ...(isOwn(trial) ? [trial.distortion, trial.residual] : ["", ""]),
    validationLoss(trial, split),
    ...names.map((name) => meanOver(trial.scores[name], split, true)),
  ]);
  return encodeTsv([["settings", "trial", "distortion", "residual", "validation", ...names], ...rows]);
}

function methodSection(methods: readonly MethodFigures[], splits: number): ReportSection {
  const figure = (of: MethodFigures, name: string): string | undefined => {
    const found = of.figures[name];
    return found && `${found.mean.toFixed(3)} ± ${found.deviation.toFixed(3)}`;
  };
  return {
    kind: "table",
    title: "Search",
    caption:
      `Settings and starts chosen by a share of the pairs, figures on the other pairs: means and deviations over ${splits} random ` +
      "shares. Each method has settings of its own: the first that the pairs cannot tell from its best (one standard error).",
    columns: [{ title: "method" }, { title: "FOSCTTM" }, { title: "labels X to Y" }, { title: "labels Y to X" }],
    rows: methods.map((of) => [
      of.method,
      figure(of, "foscttm"),
      figure(of, "labelTransferXToY"),
      figure(of, "labelTransferYToX"),
    ]),
  };
}
