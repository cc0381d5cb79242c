import * as tf from "@tensorflow/tfjs-core";
import { isWebgpu } from "../../src/webgpu/backend.ts";
import { finished } from "../../src/webgpu/finished.ts";
import { best, GOLDEN, type BenchResult } from "./timing.ts";
import { numberOption } from "../../src/options.ts";
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
  peerDevices: true,
  costs: ({ size }) =>
    (size === undefined ? MATMUL_SIZES : [size]).map((extent) => {
      return { work: "matmul", size: extent, launches: 1, bytes: 12 * extent ** 2, operations: 2 * extent ** 3 };
    }),
  async prepare({ size, repeat }) {
    const sizes = size === undefined ? MATMUL_SIZES : [size];
    return {
      ours: () => matmul({ sizes, repeat }),
      peerArguments: [...sizes.map(String), "--repeat", `${repeat}`],
    };
  },
});

/** Whether A and B are transposed: n no, t yes. In the order in which the peer prints them. */
const TRANSPOSES = ["nn", "tn", "nt", "tt"] as const;

const FLOPS_PER_GIGAFLOP = 1e9;

interface MatmulSettings {
  readonly sizes: readonly number[];
  readonly repeat: number;
}

/** float32 products of two square matrices on the current backend, with all four transposes. */
async function matmul({ sizes, repeat }: MatmulSettings): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const size of sizes) {
    const [a, b] = [0, 1].map((which) => spread(size, which * size * size));
    for (const transposes of TRANSPOSES) {
      const [transposeA, transposeB] = [...transposes].map((letter) => letter === "t");
      const product = () => tf.matMul(a, b, transposeA, transposeB);
      const { timing } = await best(repeat, async () => {
        product().dispose();
        if (isWebgpu()) await finished();
      });
      const norm = tf.tidy(() => tf.norm(product()));
      const [check] = await norm.data();
      norm.dispose();
      const gflops = (2 * size ** 3) / timing.seconds / FLOPS_PER_GIGAFLOP;
      results.push({ work: "matmul", size, transposes, dtype: "float32", check, gflops, ...timing });
    }
    tf.dispose([a, b]);
  }
  return results;
}

/** [size, size] of evenly spread numbers in [-1, 1): 2 frac((k + 1) golden) - 1 from k = `from`. */
function spread(size: number, from: number): tf.Tensor2D {
  const values = Float32Array.from({ length: size * size }, (_, k) => 2 * (((from + k + 1) * GOLDEN) % 1) - 1);
  return tf.tensor2d(values, [size, size]);
}
