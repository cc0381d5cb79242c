import {
  choiceOption,
  fileOption,
  flagOption,
  numberOption,
  textOption,
  type OptionValues,
} from "../../src/options.ts";
import { MOST_ITERATIONS } from "../../src/transport/barycenter/options.ts";
import { INIT_WEIGHTS_NAMES } from "./initial-weights.ts";
import { INIT_NAMES } from "./initialize.ts";
import { LOSS_NAMES } from "./losses.ts";

/** Options of Wasserstein dictionary learning; names and defaults are those of the command line. */
export const wdlOptions = {
  atoms: numberOption({ description: "atoms in the dictionary", default: 5, least: 1, integer: true }),
  loss: choiceOption(LOSS_NAMES, { description: "fitting loss between reconstruction and input", default: "kl" }),
  gamma: numberOption({ description: "entropic regularisation, in squared pixels", default: 1, above: 0 }),
  gammaSchedule: textOption({
    description:
      "larger gammas to train at before --gamma, coarse to fine, each for an equal share of the iterations: 8,4,2 (default: none)",
    placeholder: "list",
  }),
  sinkhornIterations: numberOption({
    description: "Sinkhorn iterations a barycenter (each evaluation)",
    default: 25,
    least: 1,
    most: MOST_ITERATIONS,
    integer: true,
  }),
  iterations: numberOption({
    description: "L-BFGS iterations; with --batch, batches",
    default: 100,
    least: 1,
    integer: true,
  }),
  batch: numberOption({
    description:
      "learn from so many data points at a time, read from disk: .npy, IDX or a folder of images (default: from all)",
    default: undefined,
    least: 1,
    integer: true,
  }),
  epochs: numberOption({
    description: "with --batch: passes over the data, in place of --iterations",
    default: undefined,
    least: 1,
    integer: true,
  }),
  size: textOption({
    description: "resize images to SIZE or WIDTHxHEIGHT (default: as they are)",
    placeholder: "size",
  }),
  alpha: numberOption({ description: "gamma correction: pixels are raised to this power", default: 1, above: 0 }),
  invert: flagOption("invert intensities, so that dark features carry the mass"),
  warmRestart: numberOption({
    description: "start a fresh L-BFGS every so many iterations, scalings carried over; 0: never",
    default: 0,
    least: 0,
    integer: true,
  }),
  heavyBall: numberOption({
    description: "extrapolation exponent tau of the Sinkhorn iterations, -1 < tau <= 0",
    default: 0,
    above: -1,
    most: 0,
  }),
  unbalanced: numberOption({
    description: "relax the marginals with KL strength rho (default: balanced)",
    default: undefined,
    above: 0,
  }),
  debiased: flagOption(
    "debiased barycenters (Janati et al. 2020): sharp, without the blur of gamma; not with heavy-ball or unbalanced",
  ),
  logDomain: choiceOption(["auto", "on", "off"], {
    description: "log-domain arithmetic; auto: only where the scaling form under- or overflows",
    default: "auto",
  }),
  weightScale: numberOption({
    description: "step scale zeta of the weights is pixels / (this * data points), as in the paper (default: zeta 0.2)",
    default: undefined,
    above: 0,
  }),
  init: choiceOption(INIT_NAMES, { description: "first atoms", default: "kmeans" }),
  mask: fileOption({
    description:
      "observed pixels as .npy, 0 where one is missing, for all data points or each (losses tv, quadratic, kl, outside the fused kernels: slower); reconstructions fill in",
    placeholder: "file",
  }),
  initWeights: choiceOption(INIT_WEIGHTS_NAMES, {
    description:
      "first weights: nearest atom, least-squares projection on the atoms, or the data points' order along the atoms (default: random with constant atoms, else towards the nearest)",
    default: undefined,
  }),
  initWeightsFile: fileOption({
    description: "first weights [data points, atoms] as .npy, rows of sum one",
    placeholder: "file",
  }),
  initAtomsFile: fileOption({
    description: "first atoms [atoms, ...] as .npy, for instance another run's result/atoms.npy",
    placeholder: "file",
  }),
  cost: fileOption({ description: "ground cost [n, n] in place of the pixel grid, as .npy", placeholder: "file" }),
  locality: numberOption({
    description:
      "weight of the locality regulariser: a data point pays for the Wasserstein distances to its atoms, which makes weights sparse",
    default: 0,
    least: 0,
  }),
  labels: fileOption({
    description: "classes of your own data points, a line each: for the report alone, training sees none",
    placeholder: "file",
  }),
  allowNegativeWeights: flagOption("weights sum to one but may be negative"),
} as const;

export type WdlOptions = OptionValues<typeof wdlOptions>;
