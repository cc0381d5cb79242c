import { embedProblem, type EmbedProblem } from "../../models/embed/problem.ts";
import { matrixMetric } from "../../src/spaces/metric-matrix.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { reference } from "./reference.ts";

interface ReferenceEmbedding {
  readonly dX: number[][];
  readonly dY: number[][];
  readonly pointsZ: number[][];
  readonly lambda: number;
  readonly epsilon: number;
  readonly startZeta1: number[];
  readonly startZeta2: number[];
  readonly xz: number[][];
  readonly zz: number[][];
  readonly zy: number[][];
  readonly trace: { wassersteinTerm: number; gromovX: number; gromovY: number }[];
}

export function referenceEmbedding(): ReferenceEmbedding {
  return reference<ReferenceEmbedding>("joint-embedding");
}

/** 15 points of R^3, 18 of R^2, and a grid of 25, with uniform weights. */
export function referenceProblem(): EmbedProblem {
  const { dX, dY, pointsZ } = referenceEmbedding();
  const dZ = pointsZ.map((p) => pointsZ.map((q) => Math.hypot(p[0] - q[0], p[1] - q[1]) / Math.SQRT2));
  const metric = (rows: number[][]) =>
    matrixMetric(ndarray(Float64Array.from(rows.flat()), [rows.length, rows.length]));
  const space = (rows: number[][]) => ({
    metric: metric(rows),
    weights: new Float64Array(rows.length).fill(1 / rows.length),
  });
  const target = {
    name: "grid",
    metric: metric(dZ),
    coordinates: undefined,
    project: () => ndarray(new Float64Array(0), [0, 2]),
    distances: () => ndarray(new Float64Array(0), [0, 0]),
  };
  return embedProblem(space(dX), space(dY), target);
}
