import * as tf from "@tensorflow/tfjs-core";
import type { HostInitializer, TensorInitializer } from "./initializer.ts";

/** g = 0, that is all scalings v = 1: the usual start. */
export const ones: HostInitializer & TensorInitializer = {
  name: "ones",
  hostPotential: ({ b }) => new Float64Array(b.length),
  tensorPotential: ({ b }) => tf.zerosLike(b),
};
