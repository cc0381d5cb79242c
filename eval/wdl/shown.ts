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
  { title: "PSNR of the worst image (dB)", path: "psnr_images.wdl.worst", better: "higher" },
  { title: "normalised mean square error", path: "nmse", better: "lower" },
  { title: "PSNR of the mean and S - 1 principal components (dB)", path: "psnr_pca" },
  { title: "PSNR of the mean and S (dB)", path: "psnr_pca_same_count" },
  { title: "PSNR of NMF (dB)", path: "psnr_nmf" },
  { title: "iterations", path: "iterations" },
  SECONDS,
];
