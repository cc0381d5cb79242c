import { matmul } from "../../../eval/bench/matmul.ts";
import { numberOption } from "../../../src/options.ts";
import { defineWork } from "./work.ts";

const MATMUL_SIZES = [1024, 2048];

export const matmulWork = defineWork({
  description: "Products of square float32 matrices, with all four transposes.",
  options: {
    size: numberOption({
      description: `rows and columns (default: ${MATMUL_SIZES.join(" and ")})`,
      default: undefined,
      least: 1,
      integer: true,
    }),
  },
  peer: "matmul.py",
  async prepare({ size, repeat }) {
    const sizes = size === undefined ? MATMUL_SIZES : [size];
    return {
      ours: () => matmul({ sizes, repeat }),
      peerArguments: [...sizes.map(String), "--repeat", `${repeat}`],
    };
  },
});
