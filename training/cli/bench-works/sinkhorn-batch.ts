import { sinkhornBatch } from "../../../eval/bench/sinkhorn-batch.ts";
import { numberOption } from "../../../src/options.ts";
import { defineWork } from "./work.ts";

export const sinkhornBatchWork = defineWork({
  description: "Sinkhorn iterations for pairs of 28 x 28 images.",
  options: {
    pairs: numberOption({ description: "pairs of images", default: 500, least: 1, integer: true }),
    iterations: numberOption({ description: "Sinkhorn iterations", default: 100, least: 1, integer: true }),
  },
  peer: "sinkhorn_batch.py",
  async prepare({ pairs, iterations, repeat }) {
    return {
      ours: async () => [await sinkhornBatch({ pairs, iterations, repeat })],
      peerArguments: ["--pairs", `${pairs}`, "--iterations", `${iterations}`, "--repeat", `${repeat}`],
    };
  },
});
