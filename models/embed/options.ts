import {
  choiceOption,
  fileOption,
  flagOption,
  numberOption,
  textOption,
  type OptionValues,
} from "../../src/options.ts";
import type { Schedule } from "./schedule.ts";

/** How the couplings are found; also of `jointEmbedding`. Names and defaults are those of the command line. */
export const descentOptions = {
  lambda: numberOption({ description: "weight of the Gromov-Wasserstein terms", default: 100, above: 0, most: 1e12 }),
  epsilon: numberOption({
    description: "entropic regularisation, in squared units of the distances",
    default: 0.001,
    least: 1e-12,
    most: 1e12,
  }),
  scaleCosts: flagOption("divide the costs of each step by their maximum, to which epsilon is then relative"),
  fullSteps: flagOption("take every plan that a step finds, as the paper does, not the best one on the way to it"),
  lambdaFrom: numberOption({
    description: "first lambda; it goes to lambda in half of the steps (default: lambda)",
    default: undefined,
    above: 0,
    most: 1e12,
  }),
  epsilonFrom: numberOption({
    description: "first epsilon; it goes to epsilon in half of the steps (default: epsilon)",
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

export function scheduleOf(options: DescentOptions): Schedule {
  return {
    ...options,
    lineSearch: !options.fullSteps,
    tolerance: options.innerTolerance,
    maxIterations: options.innerIterations,
  };
}

/** Options of joint metric space embedding on the command line. */
export const embedOptions = {
  ...descentOptions,
} as const;

export type EmbedOptions = OptionValues<typeof embedOptions>;
