import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../../src/tensor/random.ts";
import { priorSize, type GeneratorSpec } from "./generator.ts";
import { textures } from "./textures.ts";

/** Prior samples z [batch, priorSize] of a generator. */
export function drawPrior(spec: GeneratorSpec, batch: number, random: Random): tf.Tensor2D {
  const size = priorSize(spec);
  const values =
    spec.prior === "textures"
      ? textures(2 * batch, spec.extent, random)
      : Float32Array.from({ length: batch * size }, () => random.normal());
  return tf.tensor2d(values, [batch, size]);
}
