import { denseGeometry } from "../../../src/geometry/dense.ts";
import { sinkhornDivergenceHost } from "../../../src/transport/divergence-host.ts";
import { pairAt } from "../../../src/transport/pairs/pair-order.ts";
import type { DistanceMap } from "../distance-map.ts";
import { pairNumber } from "../half-iteration.ts";
import type { Histograms } from "../histograms.ts";

/** TEMPORARY */
export function sinkhornMap({ bins, data }: Histograms, epsilon: number): DistanceMap {
  return {
    engine: "temporary",
    form: "distance",
    diagonal: 0,
    async evaluate(cost, slice, values) {
      const geometry = denseGeometry({ shape: [bins, bins], data: cost });
      const strength = epsilon * cost.reduce((a, b) => Math.max(a, b), 0);
      for (let position = slice.from; position < slice.to; position++) {
        const [i, j] = pairAt(pairNumber(slice.list, position));
        const { divergence } = sinkhornDivergenceHost(
          geometry,
          data.slice(i * bins, (i + 1) * bins),
          data.slice(j * bins, (j + 1) * bins),
          { epsilon: strength, tolerance: 1e-12 },
        );
        values[position] = Math.max(0, divergence);
      }
      return 0;
    },
    save: () => ({}),
    load: () => undefined,
  };
}
