import type { BySide } from "../../models/ground-metric/sides.ts";
import type { TrainedRun } from "../evaluator.ts";
import { figureSections, type FigureCaption, recordTable, type Report, type ReportSection } from "../report.ts";
import type { Pictures } from "../pictures/picture.ts";
import type { MethodScores } from "./scores.ts";

/** Captions of the pictures, in the order of the report. */
const CAPTIONS: readonly FigureCaption[] = [
  [
    "umap_samples",
    "Samples",
    "The learned distances between samples, as UMAP and t-SNE lay them out; the axes mean nothing.",
  ],
  ["umap_features", "Features", "The same of the features."],
  [
    "distances_samples",
    "Distances between samples",
    "The learned matrix B. Large ones are shown in blocks of neighbours in the order, by their means.",
  ],
  ["distances_features", "Distances between features", "The learned matrix A, in the same way."],
  ["progress", "Iterations", "Change between successive iterates, and what the iteration converges to."],
];

/** Names of the methods for readers. */
const METHODS: Readonly<Record<string, string>> = {
  euclidean: "Euclidean",
  pca: "10 principal components",
  kernelPca: "10 kernel principal components",
};

export function groundMetricReport(
  title: string,
  run: TrainedRun,
  scores: Partial<BySide<readonly MethodScores[]>>,
  pictures: Pictures,
  summary: Readonly<Record<string, unknown>>,
): Report {
  const figures = figureSections(CAPTIONS, pictures);
  const tables = (["samples", "features"] as const).flatMap((side): ReportSection[] => {
    const rows = scores[side];
    if (!rows) return [];
    return [
      {
        kind: "table",
        title: `Classes of the ${side}`,
        caption: "Average silhouette width and Dunn index; higher is better. Labels were used here only.",
        columns: [{ title: "distance" }, { title: "silhouette", digits: 3 }, { title: "Dunn index", digits: 4 }],
        rows: rows.map(({ method, silhouette, dunn }) => [METHODS[method] ?? title, silhouette, dunn]),
      },
    ];
  });
  const [ours, ...rivals] = scores.samples ?? [];
  const shown = Object.entries(summary).filter(([name]) => name !== "scores");
  return {
    title,
    subtitle: run.name,
    highlights: [ours, ...rivals]
      .filter((entry) => entry !== undefined)
      .map(({ method, silhouette }) => ({
        label: METHODS[method] ?? method,
        value: silhouette?.toFixed(3),
        note: method === ours.method ? "average silhouette width of the samples" : "",
      })),
    sections: [
      ...tables,
      ...figures,
      recordTable(Object.fromEntries(shown), { title: "Summary" }),
      recordTable(run.config.options, { title: "Configuration", collapsed: true }),
    ],
  };
}
