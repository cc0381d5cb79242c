import { singleEmd } from "../../../eval/bench/emd.ts";
import { numberOption } from "../../../src/options.ts";
import { defineWork } from "./work.ts";

const EMD_SIZES = [1000, 2000, 4000];

export const emdWork = defineWork({
  description: "One exact transport problem between points of the plane, irregular and equal masses.",
  options: {
    size: numberOption({
      description: `points on either side (default: ${EMD_SIZES.join(", ")})`,
      default: undefined,
      least: 1,
      integer: true,
    }),
  },
  peer: "emd.py",
  async prepare({ size, repeat }) {
    const sizes = size === undefined ? EMD_SIZES : [size];
    return {
      ours: () => singleEmd({ sizes, repeat }),
      peerArguments: [...sizes.map(String), "--repeat", `${repeat}`],
    };
  },
});
