import { mean } from "../metrics/images.ts";
import { spreadOf } from "../metrics/spread.ts";
import type { TableSection } from "../report.ts";
import type { WdlFindings } from "./findings.ts";

/** Rows of a page's table; `result/psnr.tsv` has all of them. */
const MOST_ROWS = 1000;

/** A row a method: PSNR over images, and the normalised error. */
export function comparisonTable({ methods }: WdlFindings): TableSection {
  return {
    kind: "table",
    title: "PSNR over images",
    caption:
      "In dB, on the 8-bit scale; 5% of the images are below the 5th percentile. NMSE: normalised mean square error.",
    columns: [
      { title: "method" },
      ...["mean", "deviation", "5th percentile", "worst"].map((title) => ({ title, digits: 2 })),
      { title: "NMSE" },
    ],
    rows: methods.map(({ name, psnr, nmse }) => {
      const { mean: average, deviation, percentile5, worst } = spreadOf(psnr);
      return [name, average, deviation, percentile5, worst, mean(nmse)];
    }),
  };
}

/** How well coefficients tell the classes, and the mean weights of each class; nothing where there are none. */
export function classTables({ classes, options: { atoms } }: WdlFindings): TableSection[] {
  if (!classes) return [];
  const { names, meanWeights, scores } = classes;
  return [
    {
      kind: "table",
      title: "Classes told by coefficients",
      caption:
        "Share of data points whose class most of the five nearest others have, and average silhouette width. Training saw no class.",
      columns: [{ title: "method" }, { title: "5 nearest", digits: 3 }, { title: "silhouette", digits: 3 }],
      rows: scores.map(({ method, neighbors, silhouette }) => [method, neighbors, silhouette]),
    },
    {
      kind: "table",
      title: "Mean weights of the classes",
      columns: [
        { title: "class" },
        ...Array.from({ length: atoms }, (_, atom) => ({ title: `atom ${atom + 1}`, digits: 3 })),
      ],
      rows: names.map((name, row) => [name, ...meanWeights.data.subarray(row * atoms, (row + 1) * atoms)]),
    },
  ];
}

/** PSNR of each data point. */
export function pointTable({ methods, names }: WdlFindings): TableSection {
  return {
    kind: "table",
    title: "PSNR of each data point (dB)",
    ...(names.length > MOST_ROWS && { caption: `The first ${MOST_ROWS} of ${names.length}; all are in psnr.tsv.` }),
    collapsed: true,
    columns: [{ title: "data point" }, ...methods.map(({ name }) => ({ title: name, digits: 2 }))],
    rows: names.slice(0, MOST_ROWS).map((name, index) => [name, ...methods.map(({ psnr }) => psnr[index])]),
  };
}
