import {
  choiceOption,
  flagOption,
  memoryOption,
  numberOption,
  textOption,
  type OptionValues,
} from "../../src/options.ts";
import { NORM_NAMES } from "./regularizer.ts";

/** Options that `wsv` and `metric` share; names and defaults are those of the command line. */
export const groundMetricOptions = {
  epsilon: numberOption({
    description: "entropic regularisation of sinkhorn, as a share of the largest ground cost",
    default: 0.1,
    least: 1e-9,
    most: 1000,
  }),
  norm: choiceOption(NORM_NAMES, { description: "norm of the regulariser", default: "l1" }),
  stochastic: numberOption({
    description: "evaluate a random share of the pairs in each iteration; 1: all",
    default: 1,
    above: 0,
    most: 1,
  }),
  iterations: numberOption({ description: "iterations, each both ways", default: 15, least: 1, integer: true }),
  tolerance: numberOption({
    description: "stop at this Hilbert metric between successive iterates",
    default: 1e-6,
    least: 0,
  }),
  leastDimension: numberOption({
    description: "stop early once the distances between samples spread over fewer dimensions (default: never)",
    default: undefined,
    above: 0,
  }),
  earlyStop: flagOption(
    "stop once distances between samples spread over fewer dimensions than the data has significant principal components",
  ),
  dust: numberOption({
    description: "added to every entry of the normalised histograms",
    default: 0,
    least: 0,
    most: 1,
  }),
  topFeatures: numberOption({
    description: "use only so many features, those of largest variance (default: all)",
    default: undefined,
    least: 3,
    integer: true,
  }),
  principalComponents: numberOption({
    description: "use the exponentials of so many principal components in place of the features (default: no)",
    default: undefined,
    least: 3,
    integer: true,
  }),
  memory: memoryOption({ description: "what may be kept for warm starts, each way", default: "4GB" }),
  size: textOption({ description: "samples x features of generated data, as in 100x80", placeholder: "size" }),
} as const;

export type GroundMetricOptions = OptionValues<typeof groundMetricOptions>;
