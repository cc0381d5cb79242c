import { pack } from "../../eval/packed.ts";
import { barycentricPath } from "../../eval/pictures/barycentric-path.ts";
import { curvePanels } from "../../eval/pictures/curves.ts";
import { heatMap } from "../../eval/pictures/heat-map.ts";
import { lineChart } from "../../eval/pictures/line-chart.ts";
import { matrixPicture } from "../../eval/pictures/matrix.ts";
import { montage } from "../../eval/pictures/montage.ts";
import { scatter } from "../../eval/pictures/scatter.ts";
import { spriteOf } from "../../eval/pictures/sprite.ts";
import { violins } from "../../eval/pictures/violins.ts";
import type { FigureSection, ReportSection } from "../../eval/report.ts";
import type { View } from "../../eval/views.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { randomRows } from "./wdl.ts";

const NAMES = ["happy", "sad", "<b>markup</b> in a name"];
const images = ndarray(randomRows(3, 48, 1), [3, 6, 8]);
const weights = ndarray(randomRows(3, 3, 2).map(Math.fround), [3, 3]);
const matrix = ndarray(randomRows(30, 30, 3), [30, 30]);
const gray = () =>
  Array.from({ length: 9 }, (_, image) => new Uint8Array(48).map((_, pixel) => (37 * image + pixel) % 256));

const morph = { names: NAMES, weights: pack(weights.data), masses: pack(Float64Array.of(1, 2, 3)), mass: 2 } as const;
const tone = { alpha: 1, invert: false };
const operator = {
  kind: "operator",
  atoms: pack(images.data.map(Math.fround)),
  options: { epsilon: 2, iterations: 5 },
} as const;

/** Of each kind of view some that look different: who adds a kind adds it here, and it is checked with all others. */
const VIEWS: Readonly<Record<Exclude<View["kind"], "chart">, () => Promise<Readonly<Record<string, View>>>>> = {
  async bars() {
    const bars = NAMES.map((name, index) => ({ name, value: index + 1, isBest: index === 2 }));
    return { bars: { kind: "bars", charts: [{ title: "PSNR (dB)", bars }] } };
  },
  async curves() {
    const columns = { step: [1, 2, 3], seconds: [0.1, 0.2, 0.4], loss: [3, 2, 1], psnr: [20, 21, 23] };
    const panels = ["loss", "psnr"].map((metric) => ({ title: metric, metrics: [metric], scale: "linear" as const }));
    return { curves: { kind: "curves", stepTitle: "step", panels, runs: NAMES.map((name) => ({ name, columns })) } };
  },
  async points() {
    const points = [1, 2, 3].map((x) => [x, 1 / x] as const);
    const layouts = ["UMAP", "t-SNE"].map((title) => ({ title, points }));
    return { points: { kind: "points", what: "sample", names: NAMES, labels: ["a", "b", null], layouts } };
  },
  async matrix() {
    const order = Array.from({ length: 30 }, (_, index) => index);
    const side = { title: "sample", names: order.map((index) => `${NAMES[index % 3]} ${index}`) };
    const orders = [order, order.toReversed()].map((rows, index) => ({ title: `order ${index}`, rows, columns: rows }));
    return {
      matrix: (await matrixPicture(matrix, { rows: side, columns: side, valueTitle: "distance", orders })).view!,
    };
  },
  async surface() {
    const points = [0, 1, 2].map((angle) => [Math.cos(angle), Math.sin(angle), 0.2 * angle] as const);
    const set = { name: "X", points, names: NAMES, labels: ["a", "b", null], masses: [1, 2, 3] };
    const eye = { azimuth: 30, elevation: 30 };
    return { surface: { kind: "surface", sets: [set, { ...set, name: "Y" }], wires: [points], eye } };
  },
  async morph() {
    const frames = { kind: "images", sprite: await spriteOf(gray(), 8, 6) } as const;
    const lattice = { kind: "lattice", atoms: [0, 2], steps: 9, frames } as const;
    return {
      "morphing of images": { kind: "morph", shape: [6, 8], tone, ...morph, source: operator },
      "morphing of curves": { kind: "morph", shape: [48], tone, ...morph, source: operator },
      "morphing on a lattice": { kind: "morph", shape: [6, 8], tone, ...morph, source: lattice },
    };
  },
  async reconstructions() {
    const methods = ["WDL", "PCA"].map((name) => ({ name, psnr: [31.4159, 27, "Infinity"] }));
    const images = await spriteOf(gray(), 8, 6);
    return { reconstructions: { kind: "reconstructions", names: NAMES, weights: morph.weights, methods, images } };
  },
};

/** Charts, whose view is their specification. */
const charts = () => {
  const values = ndarray(images.data, [3, 48]);
  const points = [1, 2, 3, 5].map((x) => [x, 1 / x] as const);
  return {
    "heat map": heatMap(matrix, { xTitle: "sample", yTitle: "feature", valueTitle: "distance" }),
    "line chart": lineChart(
      [{ title: "error", scale: "log", series: [{ name: "ones", points }], levels: [{ name: "1%", value: 0.5 }] }],
      "iteration",
    ),
    violins: violins([{ title: "error", groups: NAMES.map((name) => ({ name, values: [1, 2, 3, 5] })) }]),
    "panels of curves": curvePanels(
      [
        { name: "input", values },
        { name: "WDL", values },
      ],
      { captions: NAMES },
    ),
    path: barycentricPath(weights, { frameNames: NAMES, atoms: images }),
    scatter: scatter(ndarray(randomRows(20, 2, 4), [20, 2])),
  };
};

/** A section of every kind, with a view of every kind, for reports that are looked at in a browser. */
export async function everySection(): Promise<ReportSection[]> {
  const figure = (title: string, picture: FigureSection["picture"]): ReportSection => ({
    kind: "figure",
    title,
    picture,
    caption: `The figure of ${title}.`,
  });
  const drawn = await Promise.all(
    Object.entries(charts()).map(async ([title, picture]) => figure(title, await picture)),
  );
  const views = await Promise.all(Object.values(VIEWS).map((make) => make()));
  const png = await montage(images);
  const { svg } = await heatMap(weights, { xTitle: "sample", yTitle: "atom", valueTitle: "weight" });
  return [
    { kind: "text", title: "Words", paragraphs: ["A paragraph.", "Another one."] },
    ...drawn,
    ...views.flatMap((made) => Object.entries(made).map(([title, view]) => figure(title, { kind: "view", view }))),
    figure("a raster", png),
    figure("a still drawing", { kind: "svg", svg }),
    { kind: "gallery", title: "Atoms", images: NAMES.map((label) => ({ label, picture: png })) },
    {
      kind: "table",
      title: "Results",
      caption: "All of them.",
      columns: [{ title: "run" }, ...NAMES.map((title) => ({ title, digits: 2 }))],
      rows: NAMES.map((name) => [name, 1.234, null, 1e6]),
      best: [[0, 1]],
    },
    {
      kind: "table",
      title: "Configuration",
      collapsed: true,
      columns: [{ title: "" }, { title: "" }],
      rows: [["gamma", 1]],
    },
    { ...figure("Folded up", await charts()["heat map"]), collapsed: true },
  ];
}
