// Where native functions meet tensors: the numbers of a tensor as a typed array, whichever backend keeps them.
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";

/** What outputs hold; a bool is a byte. */
interface Arrays {
  readonly float32: Float32Array;
  readonly bool: Uint8Array;
}
const ARRAYS = { float32: Float32Array, bool: Uint8Array } as const;

type Inputs = readonly (tf.TensorInfo | undefined)[];
type NumbersOf<Given extends Inputs> = {
  [Index in keyof Given]: Given[Index] extends tf.TensorInfo ? Float32Array : Float32Array | undefined;
};

interface Views<Type extends keyof Arrays> {
  readonly inputs: (Float32Array | undefined)[];
  readonly outputs: Arrays[Type][];
  readonly tensors: tf.TensorInfo[];
}

/** New tensors of these shapes, their numbers and those of the inputs. */
type TakeViews = <Type extends keyof Arrays>(inputs: Inputs, shapes: readonly number[][], dtype: Type) => Views<Type>;

const TAKE_VIEWS: Readonly<Record<string, TakeViews>> = { wasm: onWasm, cpu: onArrays, tensorflow: onArrays };

/**
 * Runs `compute` on the numbers of tensors of the current backend, which is on the host (`isOnHost`), and on those of new ones of
 * the given shapes, which it writes. On `wasm` they are read and written where they lie in the heap, on `cpu` nothing is copied
 * either; on `tensorflow` the inputs that TensorFlow itself computed are. An input that is not float32 is converted. The caller
 * owns the outputs; the views must not be kept.
 */
export function runOnTensors<const Given extends Inputs, Result, Type extends keyof Arrays = "float32">(
  inputs: Given,
  outputShapes: readonly number[][],
  compute: (inputs: NumbersOf<Given>, outputs: Arrays[Type][]) => Result,
  dtype: Type = "float32" as Type,
): { outputs: tf.TensorInfo[]; result: Result } {
  const views = TAKE_VIEWS[tf.getBackend()](inputs, outputShapes, dtype);
  try {
    return { outputs: views.tensors, result: compute(views.inputs as unknown as NumbersOf<Given>, views.outputs) };
  } catch (error) {
    for (const { dataId } of views.tensors) tf.backend().disposeData(dataId);
    throw error;
  }
}

/** What the types of the backend's module, an Emscripten one, leave out. */
interface Module {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
}

function onWasm<Type extends keyof Arrays>(inputs: Inputs, shapes: readonly number[][], dtype: Type): Views<Type> {
  const backend = tf.backend() as BackendWasm;
  const tensors = shapes.map((shape) => backend.makeOutput(shape, dtype));
  // get() brings an input here that lies on another backend; a heap that grows for it is another buffer
  const data = [...inputs, ...tensors].map((tensor) => tensor && backend.dataIdMap.get(tensor.dataId));
  const { buffer } = (backend.wasm as unknown as Module).HEAPU8;
  const views = data.map((tensor) => {
    if (!tensor) return undefined;
    const View = tensor.dtype === "int32" ? Int32Array : ARRAYS[tensor.dtype as keyof Arrays];
    return new View(buffer, tensor.memoryOffset, tf.util.sizeFromShape(tensor.shape));
  });
  return {
    inputs: views.slice(0, inputs.length).map((view) => view && asFloat32(view)),
    outputs: views.slice(inputs.length) as Arrays[Type][],
    tensors,
  };
}

/** What tfjs-node's backend is, whose readSync refuses a tensor of another backend. */
interface NodeBackend {
  readonly tensorMap?: tf.DataStorage<unknown>;
}

/** Both backends keep what is written to them as the array that it is. */
function onArrays<Type extends keyof Arrays>(inputs: Inputs, shapes: readonly number[][], dtype: Type): Views<Type> {
  const backend = tf.backend() as tf.KernelBackend & NodeBackend;
  const numbers = ({ dataId }: tf.TensorInfo): tf.TypedArray => {
    backend.tensorMap?.get(dataId); // brings it here
    return backend.readSync(dataId) as tf.TypedArray;
  };
  const outputs = shapes.map((shape) => new ARRAYS[dtype](tf.util.sizeFromShape(shape)) as Arrays[Type]);
  return {
    inputs: inputs.map((input) => input && asFloat32(numbers(input))),
    outputs,
    tensors: shapes.map((shape, index) => ({ dataId: backend.write(outputs[index], shape, dtype), shape, dtype })),
  };
}

function asFloat32(numbers: tf.TypedArray): Float32Array {
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}
