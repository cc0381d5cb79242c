import type { Algebra } from "../layers/algebra.ts";
import type { OnnxGraph } from "./onnx-graph.ts";

/** Layers as nodes of an ONNX graph; a value is the name of a node's result. `layer` keeps constants of layers apart. */
export function onnxAlgebra(graph: OnnxGraph, layer: string): Algebra<string> {
  const scalar = (value: number): string => graph.floats(`scalar ${value}`, [1], () => Float32Array.of(value));
  const operand = (value: string | number): string => (typeof value === "number" ? scalar(value) : value);
  const axis = (): string => graph.integers([1]);
  return {
    constant(key, rows, values) {
      const data = values();
      return graph.floats(`${layer}/${key}`, [rows, data.length / rows], () => data);
    },
    add: (a, b) => graph.node("Add", [a, operand(b)]),
    sub: (a, b) => graph.node("Sub", [a, b]),
    mul: (a, b) => graph.node("Mul", [a, operand(b)]),
    div: (a, b) => graph.node("Div", [a, b]),
    exp: (x) => graph.node("Exp", [x]),
    log: (x) => graph.node("Log", [x]),
    sqrt: (x) => graph.node("Sqrt", [x]),
    relu: (x) => graph.node("Relu", [x]),
    clip: (x, least, most) => graph.node("Min", [graph.node("Max", [x, scalar(least)]), scalar(most)]),
    matMul: (a, matrix) => graph.node("MatMul", [a, matrix]),
    reshape: (x, shape) => graph.node("Reshape", [x, graph.integers(shape)]),
    swapAxes: (x) => graph.node("Transpose", [x], { ints: { perm: [0, 2, 1] } }),
    columns: (x, begin, length) =>
      graph.node("Slice", [x, graph.integers([begin]), graph.integers([begin + length]), axis()]),
    concat: (parts) => graph.node("Concat", parts, { ints: { axis: 1 } }),
    sum: (x) => graph.node("ReduceSum", [x, axis()], { ints: { keepdims: 1 } }),
    mean: (x) => graph.node("ReduceMean", [x], { ints: { axes: [1], keepdims: 1 } }),
    maxWithoutGradient: (x) => graph.node("ReduceMax", [x], { ints: { axes: [1], keepdims: 1 } }),
  };
}
