import { sinkhornDense } from "../../../eval/bench/sinkhorn-dense.ts";
import { numberOption } from "../../../src/options.ts";
import { defineWork } from "./work.ts";

export const sinkhornDenseWork = defineWork({
  description: "Sinkhorn iterations for pairs of histograms of 784 points under one dense cost.",
  options: {
    pairs: numberOption({ description: "pairs of histograms", default: 500, least: 1, integer: true }),
    iterations: numberOption({ description: "iterations on scalings", default: 100, least: 1, integer: true }),
    logIterations: numberOption({ description: "iterations in the log domain", default: 5, least: 1, integer: true }),
  },
  peer: "sinkhorn_dense.py",
  async prepare({ pairs, iterations, logIterations, repeat }) {
    const peerOptions = { pairs, iterations, "log-iterations": logIterations, repeat };
    return {
      ours: () => sinkhornDense({ pairs, iterations, logIterations, repeat }),
      peerArguments: Object.entries(peerOptions).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});
