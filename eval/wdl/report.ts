import { formatDecibels } from "../format.ts";
import type { TrainedRun } from "../evaluator.ts";
import { figureSections, type FigureCaption, recordTable, type Report, type TextSection } from "../report.ts";
import type { Pictures } from "../pictures/picture.ts";
import type { WdlFindings } from "./findings.ts";
import { reconstructionsShown } from "./reconstructions.ts";
import { planMorph, type MorphPlan } from "./morph.ts";

/** Captions of the pictures, in the order of the report. */
const CAPTIONS: readonly FigureCaption[] = [
  ["reconstructions", "Reconstructions", "Inputs, and what each method with as many components makes of them."],
  ["atoms", "Atoms", "The learned atoms: their Wasserstein barycenters are the reconstructions."],
  ["interpolation", "Between the atoms", "From the isobarycenter of the atoms towards each atom."],
  ["path", "Barycentric path", "The data points in order, by their weights, between the atoms."],
  ["weights", "Weights", "Barycentric weights of the data points."],
  ["progress", "Training", "Loss and mean PSNR along the optimisation."],
];

export function wdlReport(
  findings: WdlFindings,
  pictures: Pictures,
  summary: Readonly<Record<string, unknown>>,
  run: TrainedRun,
): Report {
  const { methods, names, options } = findings;
  const plan = planMorph(findings);
  const captionOf: Readonly<Record<string, (still: string) => string>> = {
    reconstructions: (still) =>
      pictures["reconstructions"]?.view?.kind === "chart" ? still : still + firstOnly(findings),
    interpolation: (still) => morphCaption(plan, options.atoms, still),
  };
  const captions = CAPTIONS.map(([name, title, caption]): FigureCaption => {
    return [name, title, captionOf[name]?.(caption) ?? caption];
  });
  const figures = figureSections(captions, pictures);
  return {
    title: "Wasserstein dictionary",
    subtitle: `${run.name}: ${options.atoms} atoms, ${options.loss} loss, gamma ${options.gamma}${options.debiased ? ", debiased" : ""}`,
    highlights: methods.map(({ name, meanPsnr, exact }) => ({
      label: name,
      value: formatDecibels(meanPsnr, 2),
      note:
        (name === "WDL" ? "mean PSNR of this dictionary" : `${options.atoms} components`) +
        (exact > 0 && Number.isFinite(meanPsnr) ? `; ${exact} exact left out` : ""),
    })),
    sections: [
      ...figures,
      ...("interpolation" in pictures || plan.kind !== "none" ? [] : [missingMorph(plan.why)]),
      {
        kind: "table",
        title: "PSNR of each data point (dB)",
        collapsed: true,
        columns: [{ title: "data point" }, ...methods.map(({ name }) => ({ title: name, digits: 2 }))],
        rows: names.map((name, index) => [name, ...methods.map(({ psnr }) => psnr[index])]),
      },
      recordTable(summary, { title: "Summary" }),
      recordTable(run.config.options, { title: "Configuration", collapsed: true }),
    ],
  };
}

/** What is missing where not all data points fit into a page. */
function firstOnly(findings: WdlFindings): string {
  const { points } = findings.setup;
  const shown = reconstructionsShown(findings);
  return shown === 0 || shown === points ? "" : ` The page holds the first ${shown} of ${points} data points.`;
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
