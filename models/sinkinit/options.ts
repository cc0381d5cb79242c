import { choiceOption, flagOption, numberOption, textOption, type OptionValues } from "../../src/options.ts";
import { OBJECTIVE_NAMES } from "./objectives.ts";
import { MOST_EXTENT } from "./spec.ts";

const preset = { default: undefined } as const;
const count = { ...preset, least: 1, integer: true } as const;

/** The command line of `sinkinit`. What is not given follows from the preset. */
export const sinkinitOptions = {
  preset: choiceOption(["auto", "tiny", "small", "any", "paper"], {
    description:
      "sizes and rates: tiny (seconds), small (20 minutes on 2 cores), any (one network for all grids and epsilons), paper; auto: paper on a GPU, else small",
    default: "auto",
  }),
  grid: numberOption({
    ...count,
    description: "pixels along a side of the images; with --network any-grid of those it is evaluated on",
    least: 4,
    most: MOST_EXTENT,
  }),
  epsilon: numberOption({ ...preset, description: "entropic regularisation on the unit square, as --grid", above: 0 }),
  cost: choiceOption(["squared-euclidean", "euclidean", "manhattan"], {
    description: "ground cost between points of the unit square",
    default: undefined,
  }),
  network: choiceOption(["dense", "spectral", "any-grid"], {
    description:
      "approximator: dense between pixels (the paper's), spectral between low frequencies, or any-grid, which learns from solved pairs of all sizes and epsilons",
    default: undefined,
  }),
  widths: textOption({ description: "units of the approximator's hidden layers, as 3136,3136", placeholder: "list" }),
  start: choiceOption(["gaussian", "ones"], {
    description:
      "what a spectral approximator corrects: one Sinkhorn iteration from the Gaussian potential, or nothing",
    default: undefined,
  }),
  modes: numberOption({
    ...count,
    description: "cosine modes an axis that a spectral approximator predicts; that an any-grid one sees",
  }),
  pairs: numberOption({ ...count, description: "solved pairs that an any-grid approximator learns from" }),
  generatorWidths: textOption({ description: "units of the generator's hidden layers", placeholder: "list" }),
  prior: choiceOption(["noise", "textures"], {
    description: "prior samples: normal noise (the paper's) or random textures",
    default: undefined,
  }),
  priorSize: numberOption({ ...count, description: "pixels along a side of the noise prior" }),
  lambda: numberOption({ ...preset, description: "factor of the generator's skip connection", least: 0 }),
  c: numberOption({ ...preset, description: "added to every generated pixel before normalising", above: 0 }),
  k: numberOption({ ...count, description: "Sinkhorn iterations from a prediction to its target", most: 10_000 }),
  objective: choiceOption(OBJECTIVE_NAMES, {
    description: "distance to the bootstrapped target (hilbert, deviation), or the dual of Meta OT",
    default: undefined,
  }),
  noGenerator: flagOption("train on the prior through an untrained generator"),
  optimizer: choiceOption(["sgd", "adam"], { description: "of both networks", default: undefined }),
  rate: numberOption({ ...preset, description: "learning rate of the approximator", above: 0 }),
  generatorRate: numberOption({ ...preset, description: "learning rate of the generator", above: 0 }),
  schedule: choiceOption(["exponential", "cosine"], {
    description: "how the approximator's rate falls: by --decay a step, or along half a cosine to zero",
    default: undefined,
  }),
  decay: numberOption({ ...preset, description: "factor of the approximator's rate a step", above: 0, most: 1 }),
  batch: numberOption({ ...count, description: "pairs a step" }),
  samples: numberOption({ ...count, description: "pairs in all" }),
  lipschitz: numberOption({
    description: "weight of a penalty that keeps the generator's Lipschitz bound below 1",
    default: 0,
    least: 0,
  }),
} as const;

export type SinkinitOptions = OptionValues<typeof sinkinitOptions>;
