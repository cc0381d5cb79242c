import type { DistanceMap } from "../distance-map.ts";
import type { Histograms } from "../histograms.ts";
import { quadraticMap } from "./quadratic.ts";
import { exactMap, sinkhornMap } from "./transport.ts";

/** What the maps need to know besides the histograms; each uses what applies to it. */
export interface MapSettings {
  /** Strength of the entropy, as a share of the largest ground cost. */
  readonly epsilon: number;
  /** Scale of the kernels' profiles. */
  readonly sigma: number;
  /** Weight of the identity that is added to a kernel matrix. */
  readonly tau: number;
  /** Bytes that may be kept from one evaluation to the next. */
  readonly memory: number;
}

/** The maps from ground costs to distances (Huizing et al. 2022; ground metric paper, sections 3 to 5). */
export const maps = {
  /** Optimal transport. */
  exact: (histograms, { memory }) => exactMap(histograms, memory),
  /** Sinkhorn divergences with epsilon |cost|_inf. */
  sinkhorn: (histograms, { epsilon, memory }) => sinkhornMap(histograms, epsilon, memory),
  /** Their limit for epsilon to infinity: squared distances of principal components at the fixed point. */
  limit: (histograms) => quadraticMap(histograms, { form: "distance", entry: (q) => -q / 2 }),
  gaussian: (histograms, { sigma, tau }) => kernelMap(histograms, (q) => Math.exp(-(q / sigma / sigma) / 2), tau),
  laplacian: (histograms, { sigma, tau }) => kernelMap(histograms, (q) => Math.exp(-Math.sqrt(q) / sigma), tau),
  /** Inverse multiquadric. */
  multiquadric: (histograms, { sigma, tau }) =>
    kernelMap(histograms, (q) => 1 / Math.hypot(1, Math.sqrt(q) * sigma), tau),
  /** Graph Laplacian: linear, so its fixed point is a dominant eigenvector. */
  graph: (histograms) => quadraticMap(histograms, { form: "laplacian", entry: (q) => -q }),
} as const satisfies Readonly<Record<string, (histograms: Histograms, settings: MapSettings) => DistanceMap>>;

export type MapName = keyof typeof maps;

/** `phi(q) + tau delta_kl`, phi(0) = 1; a form that rounding made negative counts as zero. */
function kernelMap(histograms: Histograms, phi: (q: number) => number, tau: number): DistanceMap {
  const entry = (q: number): number => phi(Math.max(0, q));
  return quadraticMap(histograms, { form: "kernel", entry, diagonal: 1 + tau });
}
