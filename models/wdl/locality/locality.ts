import type { Geometry } from "../../../src/geometry/geometry.ts";
import { largestCost } from "../../../src/geometry/geometry.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { isOnHost } from "../../../src/tensor/placement.ts";
import { hostDivergences } from "./host.ts";
import { tensorDivergences } from "./tensor.ts";

/**
 * The regulariser of geometrically regularised dictionaries (Mueller et al. 2023, "Geometrically regularized Wasserstein dictionary
 * learning"): R sum_i sum_s lambda_is W2^2(x_i, d_s). A data point pays for the distance to the atoms that it is made of, so it is made
 * of few and near ones: weights become sparse, and atoms come to lie among the data, which many dictionaries of the same
 * reconstructions do not.
 *
 * W2^2 is the Sinkhorn divergence, in units of the largest ground cost: 1 is the way from one corner of a grid to the opposite one.
 */
export interface Locality {
  /** R */
  readonly weight: number;
  /** Between all data points [M, N] and atoms [S, N], both of mass one. */
  costs(data: Float64Array, atoms: Float64Array, start?: Float32Array): Promise<LocalityCosts>;
}

interface LocalityCosts {
  /** W2^2(x_i, d_s) [M, S]: the gradient of the regulariser in the weights, but for R. */
  readonly costs: Float64Array;
  /** Potentials [M, S, N] of the atoms, to start the next call for these data from. */
  readonly potentials: Float32Array;
  /** Pairs that did not reach the tolerance; an engine of a device tells of all together. */
  readonly unconverged: number;
  /** Most Sinkhorn iterations of a pair. */
  readonly iterations: number;
  /**
   * sum_i lambda_is d W2^2(x_i, d_s) / d d_s [S, N] for weights [M, S], by the envelope theorem: the potentials of the atoms less those
   * of their self problems, each up to a constant.
   */
  slopes(weights: Float64Array): Float64Array;
}

export interface LocalitySettings {
  readonly geometry: Geometry;
  /** R */
  readonly weight: number;
  /** Entropic regularisation in units of the largest ground cost. @default 0.005 */
  readonly epsilon?: number;
  /** L1 violation of the first marginal at which a pair ends. @default 1e-5 in float32, 1e-9 in float64 */
  readonly tolerance?: number;
  /** @default 2000 */
  readonly maxIterations?: number;
  /** In float64 TypeScript, whatever is there. @default only without native kernels on the host */
  readonly wide?: boolean;
}

/** What solves the transport problems of the regulariser, in cost units. */
export interface Divergences {
  between(data: Float64Array, atoms: Float64Array, start: Float32Array | undefined): Promise<PairSolutions>;
  /** Values [count] and potentials [count, N] of the problems of each histogram with itself. */
  self(histograms: Float64Array): Promise<SelfSolutions>;
}

interface PairSolutions {
  /** OT(x_i, d_s), the entropy as KL(P | x d^T) [M, S]. */
  readonly values: Float64Array;
  /** g - epsilon log d [M, S, N], 0 where an atom has no mass. */
  readonly slopes: Float32Array | Float64Array;
  /** g */
  readonly potentials: Float32Array;
  readonly unconverged: number;
  readonly iterations: number;
}

interface SelfSolutions {
  readonly values: Float64Array;
  readonly slopes: Float32Array | Float64Array;
}

export function locality({
  geometry,
  weight,
  epsilon = 0.005,
  tolerance,
  maxIterations = 2000,
  wide = isOnHost() && !nativeStatus().addon,
}: LocalitySettings): Locality {
  const scale = largestCost(geometry);
  const pixels = geometry.shape[0];
  const settings = { epsilon: epsilon * scale, maxIterations };
  const engine = wide
    ? hostDivergences(geometry, { ...settings, tolerance: tolerance ?? 1e-9 })
    : tensorDivergences(geometry, { ...settings, tolerance: tolerance ?? 1e-5 });
  let known: { readonly data: Float64Array; readonly values: Float64Array } | undefined;

  return {
    weight,
    async costs(data, atoms, start) {
      const { values, slopes, ...rest } = await engine.between(data, atoms, start);
      const ofAtoms = await engine.self(atoms);
      if (known?.data !== data) known = { data, values: (await engine.self(data)).values };
      const count = atoms.length / pixels;
      const ofData = known.values;
      const costs = values.map((value, index) => {
        const own = ofData[Math.floor(index / count)] + ofAtoms.values[index % count];
        return (value - own / 2) / scale;
      });
      return {
        costs,
        ...rest,
        slopes(weights) {
          const out = new Float64Array(count * pixels);
          weights.forEach((lambda, pair) => {
            const s = (pair % count) * pixels;
            for (let i = 0; i < pixels; i++) {
              out[s + i] += (lambda * (slopes[pair * pixels + i] - ofAtoms.slopes[s + i])) / scale;
            }
          });
          return out;
        },
      };
    },
  };
}
