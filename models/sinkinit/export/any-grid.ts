import { anyGridLogScaling } from "../any-grid/network.ts";
import type { GridProblem } from "../any-grid/grid-problem.ts";
import type { AnyGridSpec } from "../any-grid/spec.ts";
import type { AnyGridWeights } from "../any-grid/weights.ts";
import { onnxAlgebra } from "./onnx-algebra.ts";
import { OnnxGraph } from "./onnx-graph.ts";
import { initializerEnds } from "./onnx.ts";

/**
 * The network for all grids as an ONNX file for one grid and epsilon: `sample` [batch, 2 * points] of masses that sum to one to
 * `log_scaling` [batch, points], float32.
 *
 * @param description kept as the file's metadata
 */
export function encodeAnyGridOnnx(
  { spec, weights }: { readonly spec: AnyGridSpec; readonly weights: AnyGridWeights },
  problem: GridProblem,
  producer: string,
  description: Readonly<Record<string, string>>,
): Uint8Array {
  const graph = new OnnxGraph();
  const algebra = onnxAlgebra(graph, "any-grid");
  const weightOf = (name: string): string => {
    const { shape, data } = weights[name];
    return algebra.constant(name, shape[0], () => data);
  };
  const logScaling = anyGridLogScaling(algebra, "sample", weightOf, problem, spec);
  const [h, w] = problem.size;
  return graph.encode(initializerEnds(graph, logScaling, producer, h * w), description);
}
