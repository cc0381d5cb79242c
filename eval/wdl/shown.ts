import { SECONDS, type ResultFigure } from "../compare/result-figure.ts";
import type { MetricPanels } from "../curves/metric-panel.ts";

export const WDL_CURVES: MetricPanels = {
  stepTitle: "L-BFGS iteration",
  panels: [
    { title: "loss", metrics: ["loss"], scale: "log" },
    { title: "PSNR (dB)", metrics: ["psnr"], scale: "linear" },
    { title: "norm of the gradient", metrics: ["gradientNorm"], scale: "log" },
  ],
};

/** What a loss measures. */
const LOSS = ["loss", "alpha", "invert", "size"];

export const WDL_RESULTS: readonly ResultFigure[] = [
  { title: "PSNR (dB)", path: "psnr", better: "higher", bars: true },
  { title: "loss", path: "loss", better: "lower", bars: true, dependsOn: LOSS },
  { title: "PSNR of PCA (dB)", path: "psnr_pca" },
  { title: "PSNR of NMF (dB)", path: "psnr_nmf" },
  { title: "iterations", path: "iterations" },
  SECONDS,
];
