import { sinkhornOnHost } from "../../../eval/bench/sinkhorn-host.ts";
import { numberOption } from "../../../src/options.ts";
import { defineWork } from "./work.ts";

export const sinkhornHostWork = defineWork({
  description: "Sinkhorn iterations in float64 between two point clouds.",
  options: {
    points: numberOption({ description: "points of each cloud", default: 1000, least: 1, integer: true }),
    iterations: numberOption({ description: "iterations on scalings", default: 200, least: 1, integer: true }),
    logIterations: numberOption({ description: "iterations in the log domain", default: 20, least: 1, integer: true }),
  },
  peer: "sinkhorn_host.py",
  async prepare({ points, iterations, logIterations, repeat }) {
    const peerOptions = { points, iterations, "log-iterations": logIterations, repeat };
    return {
      ours: () => sinkhornOnHost({ points, iterations, logIterations, repeat }),
      peerArguments: Object.entries(peerOptions).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});
