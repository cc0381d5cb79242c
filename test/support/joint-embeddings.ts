import type { EmbedResult } from "../../eval/embed/evaluation.ts";
import type { Embedding } from "../../models/embed/embedding.ts";
import { matrixMetric } from "../../src/spaces/metric-matrix.ts";
import { metricSpace } from "../../src/spaces/space.ts";
import type { Target } from "../../src/spaces/target.ts";
import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";

/** An embedding that sends sample i of X to the point `toX[i]` of the target, and so for Y, whole; its objective is made up. */
export function deterministicEmbedding(toX: readonly number[], toY: readonly number[], target: Target): Embedding {
  const nz = target.metric.points;
  const couplingOf = (to: readonly number[]): NdArray<Float64Array> => {
    const coupling = new Float64Array(to.length * nz);
    to.forEach((point, sample) => (coupling[sample * nz + point] = 1 / to.length));
    return ndarray(coupling, [to.length, nz]);
  };
  const couplingZ = new Float64Array(nz * nz);
  toX.forEach((point, sample) => (couplingZ[point * nz + toY[sample % toY.length]] += 1 / toX.length));
  return {
    couplingX: couplingOf(toX),
    couplingY: couplingOf(toY),
    couplingZ: ndarray(couplingZ, [nz, nz]),
    objective: { value: 5, wasserstein: 1, gromovX: 0.01, gromovY: 0.03 },
  };
}

/** What `embedEvaluation` takes of it, the spaces being those of points of the target: samples know where they belong. */
export function deterministicResult(
  target: Target,
  toX: readonly number[],
  toY: readonly number[],
  knowledge: EmbedResult["knowledge"] = { paired: true },
): EmbedResult {
  const nz = target.metric.points;
  const distances = target.metric.matrix().data;
  const spaceOf = (points: readonly number[]) => {
    const own = points.flatMap((i) => points.map((j) => distances[i * nz + j]));
    return metricSpace(matrixMetric(ndarray(Float64Array.from(own), [points.length, points.length])));
  };
  return {
    embedding: deterministicEmbedding(toX, toY, target),
    target,
    x: { space: spaceOf(toX) },
    y: { space: spaceOf(toY) },
    knowledge,
    starts: [],
  };
}
