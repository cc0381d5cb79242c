import * as tf from "@tensorflow/tfjs-core";
import { best, type BenchResult } from "./timing.ts";

/** Whether A and B are transposed: n no, t yes. In the order in which the peer prints them. */
const TRANSPOSES = ["nn", "tn", "nt", "tt"] as const;

const FLOPS_PER_GIGAFLOP = 1e9;

export interface MatmulSettings {
  readonly sizes: readonly number[];
  readonly repeat: number;
}

/** float32 products of two square matrices on the current backend, with all four transposes. */
export async function matmul({ sizes, repeat }: MatmulSettings): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const size of sizes) {
    const a = tf.randomUniform([size, size], -1, 1);
    const b = tf.randomUniform([size, size], -1, 1);
    for (const transposes of TRANSPOSES) {
      const [transposeA, transposeB] = [...transposes].map((letter) => letter === "t");
      const { seconds } = await best(repeat, async () => {
        const product = tf.matMul(a, b, transposeA, transposeB); // complete when it returns, on wasm
        product.dispose();
      });
      const gflops = (2 * size ** 3) / seconds / FLOPS_PER_GIGAFLOP;
      results.push({ work: "matmul", size, transposes, dtype: "float32", gflops, seconds });
    }
    tf.dispose([a, b]);
  }
  return results;
}
