import type { EmbedSetup } from "../../models/embed/setup.ts";
import type { EmbedSide } from "../../models/embed/sides.ts";
import type { Mixture } from "../../src/spaces/mixture.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { EmbedResult } from "./evaluation.ts";

/** What every result has of a setup. */
export function resultOf({ problem, x, y, paired }: EmbedSetup): Omit<EmbedResult, "embedding" | "starts"> {
  return {
    target: problem.target,
    x,
    y,
    knowledge: { paired, labelsX: x.labels, labelsY: y.labels },
    names: { x: x.names, y: y.names },
    ...mixturesOf(x, y),
    more: { warnings: [...x.warnings, ...y.warnings] },
  };
}

/** For pictures, where both sets are mixtures on the plane. */
function mixturesOf(...sides: readonly [x: EmbedSide, y: EmbedSide]): Pick<EmbedResult, "mixtures"> {
  const [x, y] = sides.map(({ mixture }) => (mixture?.means.shape[1] === 2 ? fiveNumbers(mixture) : undefined));
  return x && y ? { mixtures: [x, y] } : {};
}

/** [k, 5]: the mean, variance along the first axis, covariance, and variance along the second. */
function fiveNumbers({ means, covariances }: Mixture): NdArray<Float64Array> {
  const [k] = means.shape;
  const data = new Float64Array(5 * k);
  for (let i = 0; i < k; i++) {
    const [xx, xy, , yy] = covariances.data.subarray(4 * i, 4 * i + 4);
    data.set([means.data[2 * i], means.data[2 * i + 1], xx, xy, yy], 5 * i);
  }
  return { data, shape: [k, 5] };
}
