import * as tf from "@tensorflow/tfjs-core";
import { LOG_ZERO } from "../../../src/geometry/log-sum.ts";
import type { Geometry } from "../../../src/geometry/geometry.ts";
import { rowsOf } from "../../../src/tensor/ndarray.ts";
import { chooseSinkhorn } from "../../../src/transport/sinkhorn/choose.ts";
import type { Divergences } from "./locality.ts";

interface Settings {
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** Numbers of one side's histograms in a call of an engine: pairs are taken in groups. */
const GROUP_NUMBERS = 2 ** 22;
const CHECK_EVERY = 5;
/** Averaged updates converge at once, see `sinkhornSymmetricHost`. */
const SELF_ITERATIONS = 100;

/** By the engine of `chooseSinkhorn`, native or of a device, in float32; each pair stops by itself where the engine can. */
export function tensorDivergences(geometry: Geometry, { epsilon, tolerance, maxIterations }: Settings): Divergences {
  const pixels = geometry.shape[0];
  const group = Math.max(1, Math.floor(GROUP_NUMBERS / pixels));

  return {
    async between(data, atoms, start) {
      const [points, count] = [data.length / pixels, atoms.length / pixels];
      const pairs = points * count;
      const values = new Float64Array(pairs);
      const slopes = new Float32Array(pairs * pixels);
      const potentials = new Float32Array(pairs * pixels);
      let [unconverged, iterations] = [0, 0];
      const logAtoms = atoms.map((mass) => (mass > 0 ? epsilon * Math.log(mass) : LOG_ZERO));
      const kernel = geometry.kernel(epsilon);
      try {
        const engine = chooseSinkhorn(kernel, "auto");
        for (let from = 0; from < pairs; from += group) {
          const to = Math.min(from + group, pairs);
          const shape: [number, number] = [to - from, pixels];
          const rowsAt = (rows: Float64Array, rowOf: (pair: number) => number): Float32Array => {
            const out = new Float32Array((to - from) * pixels);
            for (let pair = from; pair < to; pair++) {
              const row = rowOf(pair) * pixels;
              out.set(rows.subarray(row, row + pixels), (pair - from) * pixels);
            }
            return out;
          };
          const x = rowsAt(data, (pair) => Math.floor(pair / count));
          const d = rowsAt(atoms, (pair) => pair % count);
          const g0 = start ? start.slice(from * pixels, to * pixels) : rowsAt(logAtoms, (pair) => pair % count);
          const tensors = [x, d, g0].map((values) => tf.tensor2d(values, shape));
          const run = {
            iterations: maxIterations,
            domain: "auto",
            tolerance,
            checkEvery: CHECK_EVERY,
            momentum: 1,
          } as const;
          const { f, g, ...report } = await engine.solve({ a: tensors[0], b: tensors[1] }, tensors[2], run);
          const [ofData, ofAtoms] = [(await f.data()) as Float32Array, (await g.data()) as Float32Array];
          tf.dispose([...tensors, f, g]);
          potentials.set(ofAtoms, from * pixels);
          if (report.status !== "converged") unconverged += to - from;
          iterations = Math.max(iterations, report.iterations);
          for (let at = 0; at < ofAtoms.length; at++) {
            const pair = from + Math.floor(at / pixels);
            const slope = d[at] > 0 ? ofAtoms[at] - epsilon * Math.log(d[at]) : 0;
            slopes[from * pixels + at] = slope;
            if (d[at] > 0) values[pair] += d[at] * slope;
            if (x[at] > 0) values[pair] += x[at] * (ofData[at] - epsilon * Math.log(x[at]));
          }
        }
      } finally {
        kernel.dispose();
      }
      return { values, slopes, potentials, unconverged, iterations };
    },

    async self(histograms) {
      const count = histograms.length / pixels;
      const kernel = geometry.kernel(epsilon);
      try {
        const engine = chooseSinkhorn(kernel, "auto");
        const potential = tf.tidy(() => {
          const a = tf.tensor2d(Float32Array.from(histograms), [count, pixels]);
          return engine.selfPotential(a, { iterations: SELF_ITERATIONS, domain: "auto" });
        });
        const slopes = (await potential.data()) as Float32Array;
        potential.dispose();
        const rows = rowsOf(histograms, pixels);
        const values = Float64Array.from(rowsOf(slopes, pixels), (row, index) => {
          return 2 * row.reduce((sum, slope, i) => sum + slope * rows[index][i], 0);
        });
        return { values, slopes };
      } finally {
        kernel.dispose();
      }
    },
  };
}
