import type { layers, LayersModel } from "@tensorflow/tfjs-layers";
import { FixedLayer } from "../layers/fixed-layer.ts";
import { onnxAlgebra } from "./onnx-algebra.ts";
import { OnnxGraph, type OnnxEnds } from "./onnx-graph.ts";

type Layer = layers.Layer;

/** What writes a layer of tfjs-layers: names of its inputs to the name of its result. */
type Emit = (graph: OnnxGraph, layer: Layer, inputs: readonly string[]) => string;

/**
 * A model of one input and one output as an ONNX file for inference: `sample` [batch, 2 * points] to `log_scaling`
 * [batch, points], float32.
 *
 * @param description kept as the file's metadata
 */
export function encodeOnnx(
  network: LayersModel,
  producer: string,
  description: Readonly<Record<string, string>>,
): Uint8Array {
  const graph = new OnnxGraph();
  const names = new Map<number, string>([[network.inputs[0].id, "sample"]]);
  for (const layer of network.layers) {
    const [{ inputTensors, outputTensors }] = layer.inboundNodes;
    if (layer.getClassName() === "InputLayer") continue;
    const inputs = inputTensors.map(({ id }) => names.get(id)!);
    names.set(outputTensors[0].id, emit(graph, layer, inputs));
  }
  const result = names.get(network.outputs[0].id)!;
  return graph.encode(initializerEnds(graph, result, producer, network.outputs[0].shape[1]!), description);
}

/** The input `sample` [batch, 2 * points] and the output `log_scaling` [batch, points], which becomes the name of `result`. */
export function initializerEnds(graph: OnnxGraph, result: string, producer: string, points: number): OnnxEnds {
  const output = graph.node("Identity", [result], {}, "log_scaling");
  return {
    name: "initializer",
    producer,
    input: { name: "sample", columns: 2 * points },
    output: { name: output, columns: points },
  };
}

function emit(graph: OnnxGraph, layer: Layer, inputs: readonly string[]): string {
  if (layer instanceof FixedLayer) {
    return (layer as FixedLayer<{ name?: string }>).formula(onnxAlgebra(graph, layer.name), inputs);
  }
  const kind = layer.getClassName();
  if (!Object.hasOwn(EMITTERS, kind)) throw new Error(`ONNX: no rule for layers of kind ${kind}`);
  return EMITTERS[kind](graph, layer, inputs);
}

const EMITTERS: Readonly<Record<string, Emit>> = {
  Dense: (graph, layer, [x]) => graph.node("Gemm", [x, ...weightsOf(graph, layer, ["kernel", "bias"])]),
  BatchNormalization(graph, layer, [x]) {
    const { epsilon } = layer.getConfig() as { epsilon: number };
    const weights = weightsOf(graph, layer, ["gamma", "beta", "moving_mean", "moving_variance"]);
    return graph.node("BatchNormalization", [x, ...weights], { floats: { epsilon } });
  },
  ELU: (graph, _, [x]) => graph.node("Elu", [x], { floats: { alpha: 1 } }),
  Add: (graph, _, [a, b]) => graph.node("Add", [a, b]),
  Concatenate: (graph, _, parts) => graph.node("Concat", parts, { ints: { axis: 1 } }),
};

/** A layer's weights as constants. Reads them from the backend. */
function weightsOf(graph: OnnxGraph, layer: Layer, kinds: readonly string[]): string[] {
  return kinds.map((kind) => {
    const weight = layer.weights.find(({ originalName }) => originalName === `${layer.name}/${kind}`)!;
    const value = weight.read();
    return graph.floats(weight.originalName, value.shape, () => value.dataSync() as Float32Array);
  });
}
