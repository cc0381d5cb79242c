import { choiceOption, numberOption, type OptionValues } from "../../src/options.ts";
import { groundMetricOptions } from "../ground-metric/options.ts";

/** Options of Wasserstein singular vectors; names and defaults are those of the command line. */
export const wsvOptions = {
  solver: choiceOption(["sinkhorn", "exact", "limit"], {
    description: "transport: entropic (divergence), exact, or the limit of large epsilon",
    default: "sinkhorn",
  }),
  tau: numberOption({ description: "weight of the regulariser", default: 0.001, least: 0, most: 1e50 }),
  ...groundMetricOptions,
} as const;

export type WsvOptions = OptionValues<typeof wsvOptions>;
