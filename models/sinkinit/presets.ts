import type { SinkinitOptions } from "./options.ts";

/** Options that a preset fixes. */
type Preset = {
  readonly [K in keyof SinkinitOptions as K extends PresetKey ? K : never]-?: NonNullable<SinkinitOptions[K]>;
};
type PresetKey =
  | "grid"
  | "epsilon"
  | "cost"
  | "network"
  | "widths"
  | "start"
  | "modes"
  | "pairs"
  | "generatorWidths"
  | "prior"
  | "priorSize"
  | "lambda"
  | "c"
  | "k"
  | "objective"
  | "optimizer"
  | "rate"
  | "generatorRate"
  | "schedule"
  | "decay"
  | "batch"
  | "samples";

/** Appendix B of the paper; 20 million samples, 40 minutes on a V100. */
const paper: Preset = {
  grid: 28,
  epsilon: 0.01,
  cost: "squared-euclidean",
  network: "dense",
  widths: "3136,3136",
  start: "gaussian", // not used by a dense network, as modes
  modes: 10,
  pairs: 16_000, // used by an any-grid network alone
  generatorWidths: "3136,3136",
  prior: "noise",
  priorSize: 14,
  lambda: 1,
  c: 1e-2,
  k: 10,
  objective: "hilbert",
  optimizer: "sgd",
  rate: 0.25,
  generatorRate: 0.25,
  schedule: "exponential",
  decay: 0.99996,
  batch: 500,
  samples: 20_000_000,
};

/** About 20 minutes on 2 cores; 0.7 million parameters. */
const small: Preset = {
  ...paper,
  network: "spectral",
  widths: "512,512",
  generatorWidths: "256,256",
  prior: "textures",
  c: 1e-6,
  objective: "deviation",
  optimizer: "adam",
  rate: 1e-3,
  generatorRate: 1e-4,
  schedule: "cosine",
  samples: 1_500_000,
};

/** Seconds: shows that everything works and beats ones. */
const tiny: Preset = {
  ...small,
  grid: 14,
  epsilon: 0.03,
  start: "ones", // so that all there is has been learned
  widths: "128,128",
  modes: 6,
  generatorWidths: "64",
  rate: 2e-3,
  batch: 128,
  samples: 51_200,
};

/** One network for all grids and epsilons: 5000 steps; 10 to 25 minutes of 2 busy cores. What the generator needs is not used. */
const any: Preset = {
  ...small,
  network: "any-grid",
  widths: "128,128",
  modes: 8,
  rate: 2e-3,
  batch: 128,
  samples: 640_000,
};

export type CompleteSinkinitOptions = SinkinitOptions & Preset;

const PRESETS = { paper, small, tiny, any } as const;

/**
 * Fills what was not given from the preset; `auto` becomes the paper's sizes on a GPU, small ones elsewhere. A completed set of options
 * stays as it is.
 */
export function completeSinkinit(options: SinkinitOptions, device: "gpu" | "host"): CompleteSinkinitOptions {
  const name = options.preset !== "auto" ? options.preset : device === "gpu" ? "paper" : "small";
  const preset = PRESETS[name];
  const modes = Math.min(preset.modes, options.grid ?? preset.grid);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...options, ...preset, modes, ...Object.fromEntries(given), preset: name };
}
