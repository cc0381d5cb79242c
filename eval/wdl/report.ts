import { formatDecibels } from "../format.ts";
import type { TrainedRun } from "../evaluator.ts";
import { spreadOf } from "../metrics/spread.ts";
import { figureSections, type FigureCaption, recordTable, type Report, type TextSection } from "../report.ts";
import type { Pictures } from "../pictures/picture.ts";
import type { WdlFindings } from "./findings.ts";
import { planMorph, type MorphPlan } from "./morph.ts";
import { exactOf } from "./summary.ts";
import { classTables, comparisonTable, pointTable } from "./tables.ts";
import { weightsShown } from "./weights.ts";

/** Captions of the pictures, in the order of the report. */
const CAPTIONS: readonly FigureCaption[] = [
  ["reconstructions", "Reconstructions", "Inputs, and what each method with as many components makes of them."],
  ["unseen", "Encoded", "Images that nothing was fitted to: their weights between the atoms alone are found."],
  [
    "between",
    "Between two data points",
    "A typical pair (the weights of half of all pairs differ more), and what each method has between the two.",
  ],
  ["edit", "Edited", "The data point whose weights are most even, changed by half towards each atom."],
  ["atoms", "Atoms", "The learned atoms: their Wasserstein barycenters are the reconstructions."],
  ["interpolation", "Between the atoms", "From the isobarycenter of the atoms towards each atom."],
  ["path", "Barycentric path", "The data points in order, by their weights, between the atoms."],
  ["classes", "Classes", "The data points between the atoms, by their weights and classes; training saw no class."],
  ["weights", "Weights", "Barycentric weights of the data points, those of a class beside each other."],
  ["progress", "Training", "Loss and mean PSNR along the optimisation."],
];

export function wdlReport(
  findings: WdlFindings,
  pictures: Pictures,
  summary: Readonly<Record<string, unknown>>,
  run: TrainedRun,
): Report {
  const { options, notes, methods } = findings;
  const plan = planMorph(findings);
  const captionOf: Readonly<Record<string, (still: string) => string>> = {
    reconstructions: (still) => still + drawnText(findings) + firstOnly(findings, findings.inputs.shape[0]),
    unseen: (still) => still + unseenText(findings),
    between: (still) => still + betweenText(findings),
    edit: (still) => `${still} WDL moves what the face and the atom share; a cross-fade lays one over the other.`,
    weights: (still) => still + firstOnly(findings, weightsShown(findings)),
    interpolation: (still) => morphCaption(plan, options.atoms, still),
  };
  const captions = CAPTIONS.map(([name, title, caption]): FigureCaption => {
    return [name, title, captionOf[name]?.(caption) ?? caption];
  });
  return {
    title: "Wasserstein dictionary",
    subtitle: `${run.name}: ${options.atoms} atoms, ${options.loss} loss, gamma ${options.gamma}${options.debiased ? ", debiased" : ""}`,
    highlights: methods.map(({ name, psnr, note }) => ({
      label: name,
      value: formatDecibels(spreadOf(psnr).mean, 2),
      note: note + exactNote(psnr),
    })),
    sections: [
      ...(notes.length > 0 ? [{ kind: "text", title: "Note", paragraphs: notes } as const] : []),
      comparisonTable(findings),
      ...figureSections(captions, pictures),
      ...("interpolation" in pictures || plan.kind !== "none" ? [] : [missingMorph(plan.why)]),
      ...classTables(findings),
      pointTable(findings),
      recordTable(summary, { title: "Summary" }),
      recordTable(run.config.options, { title: "Configuration", collapsed: true }),
    ],
  };
}

function exactNote(psnr: Float64Array): string {
  const exact = exactOf(psnr);
  return exact > 0 && exact < psnr.length ? `; ${exact} exact left out` : "";
}

/** Nobody should take them for photographs. */
function drawnText({ truth }: WdlFindings): string {
  return truth ? " The inputs are drawn by a program." : "";
}

/** " Mean PSNR over 20 images: WDL 25.3 dB, PCA 4 25.1 dB." */
function unseenText({ unseen }: WdlFindings): string {
  if (!unseen) return "";
  const found = unseen.methods.map(({ name, psnr }) => `${name} ${formatDecibels(spreadOf(psnr).mean, 2)}`);
  return ` Mean PSNR over ${unseen.names.length} images of ${unseen.data}: ${found.join(", ")}; above each image, that of WDL.`;
}

function betweenText({ midpoints, methods }: WdlFindings): string {
  const blends =
    " WDL: barycenters. PCA: the blend of what it makes of the two. Cross-fade: the blend of the two themselves.";
  if (!midpoints) return blends;
  const names = { ...Object.fromEntries(methods.map(({ key, name }) => [key, name])), cross_fade: "cross-fade" };
  const found = Object.entries(midpoints.psnr).map(
    ([key, value]) => `${names[key as keyof typeof names]} ${formatDecibels(Number(value), 2)}`,
  );
  return (
    `${blends} As the images are drawn, the truth is known. Mean PSNR halfway between ${midpoints.pairs} pairs: ` +
    `${found.join(", ")}.`
  );
}

/** What is missing where not all data points are shown. */
function firstOnly({ setup: { points } }: WdlFindings, shown: number): string {
  return shown === points ? "" : ` The first ${shown} of ${points} data points.`;
}

const POLYGON =
  " With more than three atoms many weights stand at one place of the polygon; dragging takes those that are spread most evenly.";

function morphCaption(plan: MorphPlan, atoms: number, still: string): string {
  switch (plan.kind) {
    case "live":
      return (
        "The Wasserstein barycenter of the atoms for the weights that you choose, computed in this page as otlearn computes it: drag " +
        "the handle or move it by the arrow keys, move a slider, or take the weights of a data point (a dot)." +
        (atoms > 3 ? POLYGON : "")
      );
    case "lattice":
      return (
        `Wasserstein barycenters between two atoms${plan.atoms.length < atoms ? `, of the ${plan.atoms.length} that are used most` : ""}. ` +
        `The slider snaps to those that were computed beforehand, as ${plan.why}.`
      );
    case "none":
      return `${still} No sliders here: ${plan.why}.`;
    default:
      return plan satisfies never;
  }
}

function missingMorph(why: string): TextSection {
  return { kind: "text", title: "Between the atoms", paragraphs: [`This figure is left out: ${why}.`] };
}
