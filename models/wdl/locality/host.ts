import type { Geometry } from "../../../src/geometry/geometry.ts";
import { rowsOf } from "../../../src/tensor/ndarray.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { entropicValues, klPotentials } from "../../../src/transport/sinkhorn/objective.ts";
import { sinkhornSymmetricHost } from "../../../src/transport/sinkhorn/symmetric.ts";
import type { Divergences } from "./locality.ts";

interface Settings {
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** In float64 TypeScript, pair by pair. */
export function hostDivergences(geometry: Geometry, settings: Settings): Divergences {
  const pixels = geometry.shape[0];
  return {
    async between(data, atoms, start) {
      const [points, rows] = [rowsOf(data, pixels), rowsOf(atoms, pixels)];
      const values = new Float64Array(points.length * rows.length);
      const slopes = new Float64Array(values.length * pixels);
      const potentials = new Float32Array(slopes.length);
      let [unconverged, iterations] = [0, 0];
      for (let pair = 0; pair < values.length; pair++) {
        const [x, d] = [points[Math.floor(pair / rows.length)], rows[pair % rows.length]];
        const at = pair * pixels;
        const initializer = start && previousSolution(Float64Array.from(start.subarray(at, at + pixels)));
        const solution = sinkhornHost(x, d, geometry, { ...settings, ...(initializer && { initializer }) });
        values[pair] = entropicValues(x, d, geometry, solution).dual;
        slopes.set(klPotentials(geometry, solution).gKL, at);
        potentials.set(solution.g, at);
        if (solution.status !== "converged") unconverged++;
        iterations = Math.max(iterations, solution.iterations);
      }
      return { values, slopes, potentials, unconverged, iterations };
    },

    async self(histograms) {
      const rows = rowsOf(histograms, pixels);
      const slopes = new Float64Array(histograms.length);
      const values = Float64Array.from(rows, (row, index) => {
        const solution = sinkhornSymmetricHost(row, geometry, settings);
        slopes.set(klPotentials(geometry, solution).gKL, index * pixels);
        return entropicValues(row, row, geometry, solution).dual;
      });
      return { values, slopes };
    },
  };
}
