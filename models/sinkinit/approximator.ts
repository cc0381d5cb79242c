import { input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { PointCost } from "../../src/geometry/geometry.ts";
import { GaussianMap, GaussianPotential } from "./layers/gaussian.ts";
import { Separable } from "./layers/separable.ts";
import { dense } from "../../src/tensor/layers.ts";
import { denseBlock } from "./dense-block.ts";

/**
 * What a network predicts: `log-scaling` is log v = g / epsilon (the paper's); `kl` is log(v / nu), its smooth part, of
 * which ten cosine modes an axis are enough.
 */
export type Form = "log-scaling" | "kl";

/** Everything that fixes the network's shape; it travels with the weights. */
export interface ApproximatorSpec {
  /** `dense`: fully connected from pixels to pixels, as in the paper. `spectral`: from and to low frequencies. */
  readonly network: "dense" | "spectral";
  /** Pixels along a side of the square images. */
  readonly extent: number;
  readonly epsilon: number;
  /** Ground cost between points of the unit square. */
  readonly cost: PointCost;
  /** Units of the hidden layers. */
  readonly widths: readonly number[];
  /** `spectral`: cosine modes an axis that the network sees of each marginal, and that it predicts. */
  readonly modes: { readonly input: number; readonly output: number };
  /** `spectral`: the network predicts a correction to the Gaussian potential, whose moments it sees. */
  readonly gaussian: boolean;
}

export function formOf({ network }: Pick<ApproximatorSpec, "network">): Form {
  return ({ dense: "log-scaling", spectral: "kl" } as const)[network];
}

/**
 * The network h that predicts where Sinkhorn starts: samples (mu, nu) [batch, 2 * points] of masses that sum to one to
 * [batch, points] in the form that `formOf` names, up to a constant a row (Geuter et al., appendix B).
 */
export function buildApproximator(spec: ApproximatorSpec): LayersModel {
  return { dense: buildDense, spectral: buildSpectral }[spec.network](spec);
}

/** Dense layers with batch normalisation and ELU, a plain one at the end. */
function buildDense({ extent, widths }: ApproximatorSpec): LayersModel {
  const points = extent ** 2;
  const sample = input({ shape: [2 * points], name: "sample" });
  const hidden = denseBlock(sample, { widths, normalise: true, residual: false });
  const output = dense({ units: points, name: "output" }).apply(hidden) as SymbolicTensor;
  return model({ name: "approximator", inputs: sample, outputs: output });
}

/** Residual dense layers between low frequencies, added to the Gaussian potential. */
function buildSpectral({ extent, epsilon, widths, modes, gaussian }: ApproximatorSpec): LayersModel {
  const sample = input({ shape: [2 * extent ** 2], name: "sample" });
  const spectrum = new Separable({
    name: "spectrum",
    map: "analyse",
    from: extent,
    to: modes.input,
    channels: 2,
    gain: extent, // the mean density of 1 becomes the coefficient 1
  }).apply(sample) as SymbolicTensor;
  const moments = gaussian ? (new GaussianMap({ name: "moments", extent }).apply(sample) as SymbolicTensor) : undefined;
  const features = moments
    ? (layers.concatenate({ name: "features" }).apply([spectrum, moments]) as SymbolicTensor)
    : spectrum;
  const hidden = denseBlock(features, { widths, normalise: false, residual: true });
  const coefficients = dense({ units: modes.output ** 2, name: "output" }).apply(hidden) as SymbolicTensor;
  const smooth = new Separable({
    name: "series",
    map: "synthesise",
    from: modes.output,
    to: extent,
    channels: 1,
    gain: 1,
  }).apply(coefficients) as SymbolicTensor;
  if (!moments) return model({ name: "approximator", inputs: sample, outputs: smooth });
  const start = new GaussianPotential({ name: "gaussian", extent, epsilon }).apply(moments) as SymbolicTensor;
  const output = layers.add({ name: "potential" }).apply([start, smooth]) as SymbolicTensor;
  return model({ name: "approximator", inputs: sample, outputs: output });
}
