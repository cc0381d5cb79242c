import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { expect } from "vitest";
import { worstDifference, type Comparison } from "./allclose.ts";

tf.enableProdMode();

// A run can be repeated: property tests draw the same cases each time; PROPERTY_SEED=<integer> draws others.
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });

declare module "vitest" {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the signature that vitest declares
  interface Matchers<T = any> {
    /** |actual - expected| <= absolute + relative * |expected|, entry by entry; both default to 1e-9. */
    toBeAllclose(expected: ArrayLike<number> | readonly unknown[], comparison?: Comparison): T;
  }
}

expect.extend({
  toBeAllclose(actual: ArrayLike<number> | readonly unknown[], expected, comparison: Comparison = {}) {
    const { pass, message } = worstDifference(actual, expected as ArrayLike<number>, comparison);
    return { pass, message: () => message };
  },
});
