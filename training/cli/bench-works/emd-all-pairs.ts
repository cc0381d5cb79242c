import { emdAllPairs } from "../../../eval/bench/emd-all-pairs.ts";
import { numberOption } from "../../../src/options.ts";
import { defineWork } from "./work.ts";

export const emdAllPairsWork = defineWork({
  description: "Exact transport between all pairs of histograms, cold and in warm-started power iterations.",
  options: {
    samples: numberOption({ description: "histograms", default: 100, least: 2, integer: true }),
    features: numberOption({ description: "bins", default: 80, least: 2, integer: true }),
    iterations: numberOption({
      description: "power iterations, in both directions",
      default: 2,
      least: 1,
      integer: true,
    }),
  },
  peer: "emd_all_pairs.py",
  async prepare({ repeat, ...sizes }) {
    return {
      ours: () => emdAllPairs({ ...sizes, repeat }),
      peerArguments: Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});
