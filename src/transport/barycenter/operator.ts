import { ndarray, rowOf, toFloat32, toFloat64, type NdArray } from "../../tensor/ndarray.ts";
import { onDevice, onHost, type ArrayEngine } from "./arrays.ts";
import type {
  BarycenterGradients,
  BarycenterInputs,
  BarycenterLosses,
  DataTerm,
  DeviceEngine,
  HostEngine,
} from "./engine.ts";
import { logScalingShape } from "./options.ts";
import { withPauses } from "./pieces.ts";
import { reportOf, type BarycenterReport } from "./report.ts";
import { checkBarycenters, evaluateLoss } from "./result.ts";

type Inputs = BarycenterInputs<NdArray>;

/** Losses of all barycenters, their sum, and its gradient. */
export interface LossAndGradient {
  readonly value: number;
  /** [B] */
  readonly losses: Float64Array;
  readonly gradient: BarycenterGradients<Float64Array>;
}

/**
 * The barycenter operation on host arrays, whatever computes it. A long call pauses for the event loop between groups of data
 * points, which changes no bit of the result; once `signal` is aborted it rejects with the signal's reason. Throws InputError
 * for shapes and values that are no problem of the operator.
 */
export interface BarycenterOperator {
  /** What computes, see `BarycenterEngine`. */
  readonly name: string;
  /** Shape of the log-scalings of a start and of a result, see `logScalingShape` of the options. */
  logScalingShape(points: number, atoms: number, pixels: number): [number, number, number, number];
  /** Memory, in bytes, that B data points and S atoms take beside inputs and outputs. */
  bytes(points: number, atoms: number): number;
  /**
   * Barycenters with what their iterations reached, to the tolerance of the options if that has one; on a device all data points go
   * on until the last of them is there. Where the report says `non-finite` a barycenter means nothing; nothing is thrown.
   */
  solve(inputs: Inputs, signal?: AbortSignal): Promise<SolvedBarycenters>;
  /** P [B, N]. Throws RunError for barycenters without mass or not finite. */
  barycenters(inputs: Inputs, signal?: AbortSignal): Promise<Float64Array>;
  /** Log-scalings after the iterations, of `logScalingShape`, to start the next ones from. */
  logScalings(inputs: Inputs, signal?: AbortSignal): Promise<Float32Array>;
  /** The value is infinite where a barycenter has no mass or is not finite. */
  lossAndGradient(inputs: Inputs, term: DataTerm, signal?: AbortSignal): Promise<LossAndGradient>;
}

interface SolvedBarycenters extends BarycenterReport {
  /** P [B, N] */
  readonly barycenters: Float64Array;
  /** Of `logScalingShape`, to go on from. */
  readonly logScalings: Float32Array;
}

/** The operation by an engine, that of `chooseBarycenterEngine`. */
export function barycenterOperator(engine: HostEngine | DeviceEngine): BarycenterOperator {
  const arrays = engine.place === "host" ? onHost(engine) : onDevice(engine);

  return {
    name: engine.name,
    logScalingShape: (...sizes) => logScalingShape(engine.options, ...sizes),
    bytes: (points, atoms) => engine.bytes(points, atoms),

    async solve(inputs, signal) {
      const wanted = ["barycenters", "logScalings", "errors", "iterations"] as const;
      const found = await arrays.forward(inputs, wanted, signal);
      return {
        barycenters: toFloat64(found.barycenters).data,
        logScalings: toFloat32(found.logScalings).data,
        ...reportOf(found.iterations.data, found.errors.data, engine.options.tolerance),
      };
    },

    async barycenters(inputs, signal) {
      const found = toFloat64((await arrays.forward(inputs, ["barycenters"], signal)).barycenters);
      checkBarycenters(found, inputs.atoms, engine.options);
      return found.data;
    },

    async logScalings(inputs, signal) {
      return toFloat32((await arrays.forward(inputs, ["logScalings"], signal)).logScalings).data;
    },

    async lossAndGradient(inputs, term, signal) {
      const fused = term.evaluateAll ? undefined : arrays.lossAndGradient(inputs, term, signal);
      const found = await (fused ?? throughBarycenters(arrays, inputs, term, signal));
      const { data: losses } = toFloat64(found.losses);
      return {
        value: losses.reduce((sum, loss) => sum + loss, 0),
        losses,
        gradient: { atoms: toFloat64(found.atoms).data, weights: toFloat64(found.weights).data },
      };
    },
  };
}

/** A loss that the engine does not take in: from the barycenters come losses and slopes, which a second pass pulls back. */
async function throughBarycenters(
  arrays: ArrayEngine,
  inputs: Inputs,
  term: DataTerm,
  signal: AbortSignal | undefined,
): Promise<BarycenterLosses<NdArray>> {
  const { data, shape } = toFloat64((await arrays.forward(inputs, ["barycenters"], signal)).barycenters);
  const [points, pixels] = shape;
  const slopes = new Float64Array(data.length);
  const row = (values: Float64Array, point: number) => rowOf(values, pixels, point);
  const losses = term.evaluateAll
    ? await withPauses(term.evaluateAll(data, slopes), signal)
    : Float64Array.from({ length: points }, (_, point) =>
        evaluateLoss(term, point, row(data, point), row(slopes, point)),
      );
  const { atoms, weights } = await arrays.pullBack(inputs, ndarray(slopes, shape), signal);
  return { losses: ndarray(losses, [points]), atoms, weights };
}
