import {
  choiceOption,
  fileOption,
  flagOption,
  numberOption,
  textOption,
  type OptionValues,
} from "../../src/options.ts";
import { DISTANCE_KINDS } from "../../src/spaces/distances.ts";
import { TARGET_NAMES } from "../../src/spaces/targets/by-name.ts";
import { PREPROCESSINGS } from "./preprocess.ts";
import type { Schedule } from "./schedule.ts";

const lambda = { description: "weight of the Gromov-Wasserstein terms", above: 0, most: 1e12 } as const;

/** How the couplings are found; also of `jointEmbedding`. Names and defaults are those of the command line. */
export const descentOptions = {
  lambda: numberOption({ ...lambda, default: 1 }),
  epsilon: numberOption({
    description: "entropic regularisation, in squared units of the distances",
    default: 0.001,
    least: 1e-12,
    most: 1e12,
  }),
  scaleCosts: flagOption("divide the costs of each step by their maximum, to which epsilon is then relative"),
  fullSteps: flagOption("take every plan that a step finds, as the paper does, not the best one on the way to it"),
  lambdaFrom: numberOption({
    description: "first lambda; it goes to lambda in half of the steps (default: lambda itself)",
    default: undefined,
    above: 0,
    most: 1e12,
  }),
  epsilonFrom: numberOption({
    description: "first epsilon; it goes down to epsilon in half of the steps (default: 20 times epsilon)",
    default: undefined,
    least: 1e-12,
    most: 1e12,
  }),
  rho: numberOption({
    description: "let the weights of points change, at this price (KL; default: they stay)",
    default: undefined,
    above: 0,
    most: 1e12,
  }),
  outer: numberOption({ description: "steps of block-coordinate descent", default: 40, least: 1, integer: true }),
  starts: numberOption({
    description: "random starts; the lowest objective wins",
    default: 4,
    least: 1,
    integer: true,
  }),
  tolerance: numberOption({
    description: "a start has converged when no more than this share of its mass moves",
    default: 1e-6,
    least: 0,
    most: 1,
  }),
  innerTolerance: numberOption({
    description: "violation of the marginals at which an inner problem ends",
    default: 1e-8,
    least: 0,
    most: 1,
  }),
  innerIterations: numberOption({
    description: "Sinkhorn iterations of an inner problem, at most",
    default: 2000,
    least: 1,
    integer: true,
  }),
} as const;

export type DescentOptions = OptionValues<typeof descentOptions>;

/** From a blurred start most descents find the same good optimum; from a sharp one many stay where they began. */
const ANNEALING = 20;

export function scheduleOf(options: DescentOptions): Schedule {
  return {
    ...options,
    epsilonFrom: options.epsilonFrom ?? ANNEALING * options.epsilon,
    lambdaFrom: options.lambdaFrom ?? options.lambda,
    lineSearch: !options.fullSteps,
    tolerance: options.innerTolerance,
    maxIterations: options.innerIterations,
  };
}

/** What the two sets and the target are. */
export const spaceOptions = {
  preset: choiceOption(["auto", "plain", "cells"], {
    description:
      "distances and lambda where they are not given: plain (Euclidean), cells (features of single cells); auto: by the data set",
    default: "auto",
  }),
  x: fileOption({ description: "the first set: a table of points, or a mesh (.off, .obj, .ply)", placeholder: "file" }),
  y: fileOption({ description: "the second set", placeholder: "file" }),
  labelsX: fileOption({ description: "classes of the first set's points, a line each", placeholder: "file" }),
  labelsY: fileOption({ description: "classes of the second set's points", placeholder: "file" }),
  matrices: flagOption("x and y are matrices of distances, not points"),
  paired: flagOption("row i of x is row i of y: for evaluation and --search only"),
  preprocess: choiceOption(PREPROCESSINGS, {
    description: "rows of length one (l2), or columns of mean 0 and deviation 1 (zscore)",
    default: undefined,
  }),
  distance: choiceOption(DISTANCE_KINDS, { description: "distance between points", default: undefined }),
  neighbors: numberOption({
    description:
      "geodesics along the graph of so many nearest neighbours, below 1 a share of the points; 0: the distances themselves",
    default: undefined,
    least: 0,
  }),
  hops: flagOption("geodesics count edges, whatever their lengths"),
  mixture: numberOption({
    description: "fit so many Gaussians to the points of each set and embed these (default: the points)",
    default: undefined,
    least: 1,
    integer: true,
  }),
  subsample: numberOption({
    description:
      "take at most so many points of each set, each the farthest from those before (default: all; of a mesh 256)",
    default: undefined,
    least: 2,
    integer: true,
  }),
  keepUnits: flagOption("leave distances as they are, and do not divide those of each space by their largest"),
  target: textOption({
    description: `where to: ${TARGET_NAMES.filter((name) => name !== "matrix").join(", ")} or an .npy file of distances (default: plane)`,
    placeholder: "target",
  }),
  targetDistances: fileOption({ description: "distances of --target matrix", placeholder: "file" }),
  resolution: numberOption({
    description:
      "points along each side of the target (default: plane 20, sphere and torus 30, gaussians 15, circle 360)",
    default: undefined,
    least: 2,
    integer: true,
  }),
} as const;

/** Search over settings, and comparison. */
const comparisonOptions = {
  search: flagOption("try distances, lambdas and epsilons, and take what puts a share of the pairs closest together"),
  validation: numberOption({
    description: "share of the pairs that the search may look at",
    default: 0.1,
    above: 0,
    most: 0.9,
  }),
  peers: flagOption(
    "compare with JMDS and entropic Gromov-Wasserstein alignment, which takes longer than the embedding",
  ),
  splits: numberOption({
    description: "with --search: report the choice of so many random shares of pairs",
    default: 5,
    least: 1,
    integer: true,
  }),
} as const;

/** Options of joint metric space embedding; names and defaults are those of the command line. */
export const embedOptions = {
  ...spaceOptions,
  ...descentOptions,
  lambda: numberOption({ ...lambda, default: undefined }),
  ...comparisonOptions,
} as const;

/** As they are given; `completeEmbed` fills in what follows from others. */
export type GivenEmbedOptions = OptionValues<typeof embedOptions>;
