import * as tf from "@tensorflow/tfjs-core";
import { tensorAlgebra } from "../layers/tensor-algebra.ts";

/** Formulas on tensors whose constants are made anew at each use: inside tf.tidy, for tables that change with the grid. */
export const temporaryTensors = tensorAlgebra((_, rows, values) => {
  const data = values();
  return tf.tensor2d(data, [rows, data.length / rows]);
});
