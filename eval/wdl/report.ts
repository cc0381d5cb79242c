import { formatDecibels } from "../format.ts";
import type { TrainedRun } from "../evaluator.ts";
import { figureSections, type FigureCaption, recordTable, type Report } from "../report.ts";
import type { Pictures } from "../pictures/picture.ts";
import type { WdlFindings } from "./pictures.ts";

/** Captions of the pictures, in the order of the report. */
const CAPTIONS: readonly FigureCaption[] = [
  ["reconstructions", "Reconstructions", "Inputs, and what each method with as many components makes of them."],
  ["atoms", "Atoms", "The learned atoms: their Wasserstein barycenters are the reconstructions."],
  ["interpolation", "Interpolation", "From the isobarycenter of the atoms towards each atom."],
  ["path", "Barycentric path", "The data points in order, by their weights, between the atoms."],
  ["weights", "Weights", "Barycentric weights of the data points."],
  ["progress", "Training", "Loss and mean PSNR along the optimisation."],
];

export function wdlReport(
  { methods, names, options }: WdlFindings,
  pictures: Pictures,
  summary: Readonly<Record<string, unknown>>,
  run: TrainedRun,
): Report {
  const figures = figureSections(CAPTIONS, pictures);
  return {
    title: "Wasserstein dictionary",
    subtitle: `${run.name}: ${options.atoms} atoms, ${options.loss} loss, gamma ${options.gamma}`,
    highlights: methods.map(({ name, meanPsnr, exact }) => ({
      label: name,
      value: formatDecibels(meanPsnr, 2),
      note:
        (name === "WDL" ? "mean PSNR of this dictionary" : `${options.atoms} components`) +
        (exact > 0 && Number.isFinite(meanPsnr) ? `; ${exact} exact left out` : ""),
    })),
    sections: [
      ...figures,
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
