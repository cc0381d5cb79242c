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
import { atOnce, withPauses } from "./pieces.ts";

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
    async forward(inputs, wanted, signal) {
      const found = tf.tidy(() => ({ ...atOnce(engine.forward(toTensors(inputs), wanted)) }));
      return readAll(found, signal);
    },

    async pullBack(inputs, slopes, signal) {
      return readAll(
        tf.tidy(() => ({ ...atOnce(engine.pullBack(toTensors(inputs), toTensor(slopes))) })),
        signal,
      );
    },

    lossAndGradient(inputs, term, signal) {
      const found = tf.tidy(() => {
        const pieces = engine.lossAndGradient(toTensors(inputs), term);
        return pieces && { ...atOnce(pieces) };
      });
      return found && readAll(found, signal);
    },
  };
}

function toTensors({ atoms, weights, start }: BarycenterInputs<NdArray>): BarycenterInputs<tf.Tensor> {
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
