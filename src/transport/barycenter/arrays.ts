import * as tf from "@tensorflow/tfjs-core";
import { ndarray, toFloat32, type NdArray } from "../../tensor/ndarray.ts";
import type {
  BarycenterGradients,
  BarycenterInputs,
  BarycenterLosses,
  BarycenterOutput,
  DataTerm,
  DeviceEngine,
  HostEngine,
} from "./engine.ts";
import { withPauses, type InPieces } from "./pieces.ts";

type Inputs = BarycenterInputs<NdArray>;

/** An engine with its inputs and outputs on the host. */
export interface ArrayEngine {
  forward<W extends BarycenterOutput>(
    inputs: Inputs,
    wanted: readonly W[],
    signal?: AbortSignal,
  ): Promise<Record<W, NdArray>>;
  pullBack(inputs: Inputs, slopes: NdArray, signal?: AbortSignal): Promise<BarycenterGradients<NdArray>>;
  /** Undefined where the engine does not take the loss in. */
  lossAndGradient(inputs: Inputs, term: DataTerm, signal?: AbortSignal): Promise<BarycenterLosses<NdArray>> | undefined;
}

export function onHost(engine: HostEngine): ArrayEngine {
  return {
    forward: (inputs, wanted, signal) => withPauses(engine.forward(inputs, wanted), signal),
    pullBack: (inputs, slopes, signal) => withPauses(engine.pullBack(inputs, slopes), signal),
    lossAndGradient(inputs, term, signal) {
      const pieces = engine.lossAndGradient(inputs, term);
      return pieces && withPauses(pieces, signal);
    },
  };
}

/** A device's engine with its inputs and outputs on the host, copied in and out in float32. */
export function onDevice(engine: DeviceEngine): ArrayEngine {
  return {
    forward(inputs, wanted, signal) {
      const tensors = toTensors(inputs);
      return drawn(engine.forward(tensors, wanted), tensors, signal);
    },

    pullBack(inputs, slopes, signal) {
      const tensors = { ...toTensors(inputs), slopes: toTensor(slopes) };
      return drawn(engine.pullBack(tensors, tensors.slopes), tensors, signal);
    },

    lossAndGradient(inputs, term, signal) {
      const tensors = toTensors(inputs);
      const pieces = engine.lossAndGradient(tensors, term);
      if (pieces) return drawn(pieces, tensors, signal);
      tf.dispose(tensors);
      return undefined;
    },
  };
}

/** What all pieces make, read; disposes of their inputs. */
async function drawn<K extends string>(
  pieces: InPieces<Readonly<Record<K, tf.Tensor>>>,
  inputs: tf.TensorContainer,
  signal: AbortSignal | undefined,
): Promise<Record<K, NdArray<Float32Array>>> {
  try {
    return await readAll(await withPauses(pieces, signal), signal);
  } finally {
    tf.dispose(inputs);
  }
}

function toTensors({ atoms, weights, start }: BarycenterInputs<NdArray>) {
  return { atoms: toTensor(atoms), weights: toTensor(weights), start: start && toTensor(start) };
}

function toTensor(array: NdArray): tf.Tensor {
  return tf.tensor(toFloat32(array).data, [...array.shape], "float32");
}

/** A tensor's values; disposes of it. */
async function read(tensor: tf.Tensor, signal?: AbortSignal): Promise<NdArray<Float32Array>> {
  const { shape } = tensor;
  const data = (await tensor.data()) as Float32Array;
  tensor.dispose();
  signal?.throwIfAborted();
  return ndarray(data, shape);
}

async function readAll<K extends string>(
  tensors: Readonly<Record<K, tf.Tensor>>,
  signal: AbortSignal | undefined,
): Promise<Record<K, NdArray<Float32Array>>> {
  const names = Object.keys(tensors) as K[];
  const arrays = await Promise.all(names.map((name) => read(tensors[name])));
  signal?.throwIfAborted();
  return Object.fromEntries(names.map((name, index) => [name, arrays[index]])) as Record<K, NdArray<Float32Array>>;
}
