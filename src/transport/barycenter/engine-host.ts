import type { HostGeometry } from "../../geometry/geometry.ts";
import { ndarray, toFloat32, type NdArray } from "../../tensor/ndarray.ts";
import type { BarycenterInputs, BarycenterOutput, BarycenterOutputs, DataTerm, HostEngine } from "./engine.ts";
import { BYTE_LIMIT } from "./host/barycenter.ts";
import type { HostSettings } from "./host/point-engine.ts";
import { HostRun } from "./host/run.ts";
import type { ResolvedOptions } from "./options.ts";
import { checkInputs, checkShape, requireFixed } from "./problem.ts";
import { evaluateLoss } from "./result.ts";

/**
 * The contract in float64 TypeScript, for every variant, domain and cost, on one thread: `HostRun`, data point by data point.
 * `precision` is where the kernel of a grid is cut off: `float64` is exact to 1e-12, `float32` to 1e-7 at a third of the work.
 */
export function hostEngine(
  geometry: HostGeometry,
  options: ResolvedOptions,
  precision: HostSettings["precision"] = "float32",
): HostEngine {
  const settings: HostSettings = { precision, byteLimit: BYTE_LIMIT };
  const begin = (inputs: BarycenterInputs<NdArray>) =>
    new HostRun(geometry, checkInputs(geometry, inputs, options), options, settings);

  return {
    place: "host",
    name: "host float64",
    options,
    bytes: (_, atoms) => HostRun.bytes(geometry, options, settings, atoms),

    *forward<W extends BarycenterOutput>(inputs: BarycenterInputs<NdArray>, wanted: readonly W[]) {
      const run = begin(inputs);
      yield* run.forward(wanted.includes("errors" as W));
      const outputs = {
        barycenters: () => run.barycenters,
        logScalings: () => toFloat32(run.logScalings),
        errors: () => ndarray(run.errors, [run.errors.length]),
        iterations: () => ndarray(run.iterations, [run.iterations.length]),
      };
      const found = wanted.map((output) => [output, outputs[output]()]);
      return Object.fromEntries(found) as Pick<BarycenterOutputs<NdArray>, W>;
    },

    *pullBack(inputs, slopes) {
      requireFixed(options);
      const run = begin(inputs);
      checkShape("gradient", slopes.shape, run.barycenters.shape);
      const { data } = slopes;
      const points = slopes.shape[1];
      return yield* run.withGradient((point, _, out) => {
        for (let i = 0; i < points; i++) out[i] = data[point * points + i];
      });
    },

    *lossAndGradient(inputs, term: DataTerm) {
      requireFixed(options);
      const run = begin(inputs);
      const losses = new Float64Array(inputs.weights.shape[0]);
      const gradients = yield* run.withGradient((point, barycenter, out) => {
        losses[point] = evaluateLoss(term, point, barycenter, out);
      });
      return { ...gradients, losses: ndarray(losses, [losses.length]) };
    },

    dispose: () => undefined,
  };
}
