import { expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import { choiceText, searchChoices, type Choice } from "../../models/embed/candidates.ts";
import type { EmbedOptions } from "../../models/embed/options.ts";
import { sizesOf } from "../../models/embed/problem.ts";
import { isOwn, validationLoss, type Trial } from "../../models/embed/search.ts";
import { loadKept, loadTrials } from "../../models/embed/search-tree.ts";
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
 * random pairs gives, ours beside the peers', each with its own best settings; and the embedding of the lowest distortion, which is
 * what somebody gets who has no pairs. Throws RunError where no candidate is done.
 */
export async function searchEvaluation(
  run: TrainedRun,
  options: EmbedOptions,
  dataset: PairDataset,
): Promise<Evaluation> {
  const choices = searchChoices(options, dataset);
  const trials = loadTrials(expectTree(run.state, "trials"));
  if (expectNumber(run.state, "done") === 0)
    throw new RunError(`${run.name}: no candidate of the search is done; go on with it`);
  const first = await setUpEmbed({ ...options, ...choices[0] }, dataset);
  const sizes = sizesOf(first.problem);
  const chosen = loadKept(run.state, "chosen", sizes)!;
  const lowest = trials[loadKept(run.state, "lowest", sizes)!.trial];
  const choice = choices[trials[chosen.trial].candidate];
  const splits = validationSplits(sizes.nx, options.validation, options.splits);
  const methods = methodFigures(trials, splits, (trial) => methodOf(trial).method);
  const test = pairsOutside(splits[0], sizes.nx);

  const result = resultOf(await setUpEmbed({ ...options, ...choice }, dataset));
  const evaluation = embedEvaluation(run, {
    ...result,
    embedding: chosen.embedding,
    starts: [],
    knowledge: { ...result.knowledge, pairs: test },
    more: {
      ...result.more,
      chosen: { ...choice, validationFoscttm: validationLoss(trials[chosen.trial], splits[0]) },
      search: { candidates: choices.length, trials: trials.length, splits: splits.length, methods },
      lowestDistortion: { ...choices[lowest.candidate], distortion: lowest.distortion, ...meansOf(lowest) },
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
    trial.distortion,
    trial.residual,
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
      "shares. Each method has settings of its own.",
    columns: [{ title: "method" }, { title: "FOSCTTM" }, { title: "labels X to Y" }, { title: "labels Y to X" }],
    rows: methods.map((of) => [
      of.method,
      figure(of, "foscttm"),
      figure(of, "labelTransferXToY"),
      figure(of, "labelTransferYToX"),
    ]),
  };
}
