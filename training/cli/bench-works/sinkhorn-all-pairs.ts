import { sinkhornAllPairs } from "../../../eval/bench/sinkhorn-all-pairs.ts";
import { numberOption } from "../../../src/options.ts";
import { defineWork } from "./work.ts";

export const sinkhornAllPairsWork = defineWork({
  description: "Sinkhorn divergences between all pairs of samples, under a cost and under one that moved a little.",
  options: {
    samples: numberOption({ description: "histograms", default: 100, least: 2, integer: true }),
    features: numberOption({ description: "bins of each", default: 80, least: 2, integer: true }),
    epsilon: numberOption({ description: "entropic regularisation, times the largest cost", default: 0.05, above: 0 }),
    stop: numberOption({ description: "the peer's own stopping threshold (POT's default)", default: 1e-9, above: 0 }),
  },
  peer: "sinkhorn_all_pairs.py",
  async prepare({ stop, repeat, ...sizes }) {
    const peerSizes = Object.entries({ ...sizes, stop }).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    return { ours: () => sinkhornAllPairs({ ...sizes, repeat }), peerArguments: peerSizes };
  },
});
