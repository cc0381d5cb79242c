import type * as tf from "@tensorflow/tfjs-core";
import type { NdArray } from "../../tensor/ndarray.ts";
import type { ResolvedOptions } from "./options.ts";
import type { InPieces } from "./pieces.ts";

/**
 * The contract of the barycenter operation (Schmitz et al. 2018, equations 6 to 8): for one geometry and one setting, the
 * barycenters of S atoms on N points for B rows of weights, by a number of Sinkhorn iterations, and the adjoint of them all.
 *
 * An engine computes; it checks shapes and values, and holds buffers between calls. It chooses nothing (`choose.ts`), knows
 * no optimiser and no tape. A is what its data are: arrays on the host, or tensors on a device, which never leave it.
 */
interface BarycenterEngine<A> {
  readonly place: A extends tf.Tensor ? "device" : "host";
  /** What computes: "native float32 (avx2, 2 threads)", "host float64", "webgpu float32". */
  readonly name: string;
  /** The setting that it was made for. */
  readonly options: ResolvedOptions;
  /** Memory, in bytes, that B data points and S atoms take beside inputs and outputs. */
  bytes(points: number, atoms: number): number;
  /** Barycenters, log-scalings or both. Not checked: what is handed out goes through `checkBarycenters`. */
  forward<W extends BarycenterOutput>(
    inputs: BarycenterInputs<A>,
    wanted: readonly W[],
  ): InPieces<Pick<BarycenterOutputs<A>, W>>;
  /** From d loss / d P [B, N] to the gradients. Start scalings are constants. */
  pullBack(inputs: BarycenterInputs<A>, slopes: A): InPieces<BarycenterGradients<A>>;
  /**
   * Losses and gradients in one pass over the data points. Undefined where the engine does not take this loss in: then it is
   * `forward`, the term's own `evaluate` and `pullBack`.
   */
  lossAndGradient(inputs: BarycenterInputs<A>, term: DataTerm): InPieces<BarycenterLosses<A>> | undefined;
  /** Frees what is kept on a device; the engine works again after it. */
  dispose(): void;
}

export type HostEngine = BarycenterEngine<NdArray>;
export type DeviceEngine = BarycenterEngine<tf.Tensor>;

export interface BarycenterInputs<A> {
  /** D [S, N], >= 0, each with some mass; zero pixels are allowed. */
  readonly atoms: A;
  /** Lambda [B, S] */
  readonly weights: A;
  /** Log-scalings of an earlier result to start from, see `logScalingShape`; 0 everywhere if absent. */
  readonly start?: A | undefined;
}

export interface BarycenterOutputs<A> {
  /** P [B, N]. After finitely many iterations their mass is slightly below that of the atoms. */
  readonly barycenters: A;
  /** Final log-scalings, see `logScalingShape`; float32. */
  readonly logScalings: A;
  /** [B] at exit, see `BarycenterReport`. */
  readonly errors: A;
  /** Carried out [B]: all, or until the tolerance of the options. A device carries out all. */
  readonly iterations: A;
}
export type BarycenterOutput = keyof BarycenterOutputs<unknown>;

export interface BarycenterGradients<A> {
  /** [S, N] */
  readonly atoms: A;
  /** [B, S] */
  readonly weights: A;
}

export interface BarycenterLosses<A> extends BarycenterGradients<A> {
  /** [B]; infinite where the barycenter has no mass or is not finite. */
  readonly losses: A;
}

/**
 * The losses of barycenters against data, in float64 on the host. An engine may compute a loss that it knows by name itself:
 * `tv` |p - x|_1, `quadratic` |p - x|_2^2, `kl` sum p log(p / max(x, 1e-30)) - p + x. All others it evaluates.
 */
export interface DataTerm {
  readonly name: string;
  /** X [B, N] */
  readonly data: Float64Array;
  /**
   * The loss of barycenter `p` [N] of data point `index`; writes d loss / d p into `gradient` [N]. May be called twice for a
   * point; the last call counts.
   */
  evaluate(index: number, p: Float64Array, gradient: Float64Array): number;
  /**
   * For a loss that is faster for many barycenters at once, in place of `evaluate` for each: the losses [B] of all rows of `barycenters`
   * [B, N], with d loss / d P written into `gradient` [B, N]. A row without mass, or not finite, has an infinite loss and slopes 0.
   */
  evaluateAll?(barycenters: Float64Array, gradient: Float64Array): InPieces<Float64Array>;
  /**
   * What `evaluateAll` goes on from, and leaves for the next call in an array of its own; undefined: from nothing. Values then agree to
   * the tolerance of the loss, and bits only where this is the same.
   */
  readonly memory?: { values: Float64Array | undefined };
  /** How the last `evaluateAll` went, as metrics. */
  report?(): Readonly<Record<string, number>>;
}
