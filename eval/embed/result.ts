import type { EmbedSetup } from "../../models/embed/setup.ts";
import type { EmbedResult } from "./evaluation.ts";

/** What every result has of a setup. */
export function resultOf({ problem, x, y, paired }: EmbedSetup): Omit<EmbedResult, "embedding" | "starts"> {
  return {
    target: problem.target,
    x,
    y,
    knowledge: { paired, labelsX: x.labels, labelsY: y.labels },
    names: { x: x.names, y: y.names },
    ...(x.mixture && y.mixture && { mixtures: [x.mixture, y.mixture] as const }),
    more: { warnings: [...x.warnings, ...y.warnings] },
  };
}
