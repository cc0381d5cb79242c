import { input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { PointCost } from "../../src/geometry/geometry.ts";
import { GaussianMap, GaussianPotential } from "./layers/gaussian.ts";
import { SinkhornIteration } from "./layers/sinkhorn-iteration.ts";
import { Slice } from "./layers/slice.ts";
import { Separable } from "./layers/separable.ts";
import { dense } from "../../src/tensor/layers.ts";
import type { AnyGridSpec } from "./any-grid/spec.ts";
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
  readonly cost: Exclude<PointCost, "cosine">; // the grid has a point at the origin
  /** Units of the hidden layers. */
  readonly widths: readonly number[];
  /** `spectral`: cosine modes an axis that the network sees of each marginal, and that it predicts. */
  readonly modes: { readonly input: number; readonly output: number };
  /** `spectral`: the network predicts a correction to the Gaussian potential, whose moments it sees. */
  readonly gaussian: boolean;
  /** `spectral`, with `gaussian`: one Sinkhorn iteration from the Gaussian potential, inside the network. */
  readonly iteration: boolean;
}

/** Sinkhorn iterations that the network itself runs; to be counted with those that follow. */
export function ownIterations(spec: ApproximatorSpec | AnyGridSpec): number {
  if (spec.network === "any-grid") return 0; // those on its cells are not on the grid
  const { network, gaussian, iteration } = spec;
  return network === "spectral" && gaussian && iteration ? 1 : 0;
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
  const output = apply(dense({ units: points, name: "output" }), hidden);
  return model({ name: "approximator", inputs: sample, outputs: output });
}

/** Inputs of the network per change of a potential, so that they are of order one. */
const CHANGE_GAIN = 0.3;

/**
 * Residual dense layers from low frequencies to low frequencies, added to the Gaussian potential. After one Sinkhorn
 * iteration from there, where `iteration` asks for it, the network also sees what that changed.
 */
function buildSpectral({ extent, epsilon, widths, modes, gaussian, iteration }: ApproximatorSpec): LayersModel {
  const points = extent ** 2;
  const sample = input({ shape: [2 * points], name: "sample" });
  const analyse = (x: SymbolicTensor, name: string, gain: number): SymbolicTensor =>
    apply(new Separable({ name, map: "analyse", from: extent, to: modes.input, channels: 2, gain }), x);

  // A gain of extent makes the mean density of 1 the coefficient 1.
  const features = [analyse(sample, "spectrum", extent)];
  let start: SymbolicTensor | undefined;
  if (gaussian) {
    const moments = apply(new GaussianMap({ name: "moments", extent }), sample);
    features.push(moments);
    start = apply(new GaussianPotential({ name: "gaussian", extent, epsilon }), moments);
  }
  if (start && iteration) {
    const iterated = apply(new SinkhornIteration({ name: "iteration", extent, epsilon }), [sample, start]);
    start = apply(new Slice({ name: "iterated", begin: 0, length: points }), iterated);
    const changes = apply(new Slice({ name: "changes", begin: points, length: 2 * points }), iterated);
    features.push(analyse(changes, "change-spectrum", CHANGE_GAIN / extent));
  }

  const seen = features.length === 1 ? features[0] : apply(layers.concatenate({ name: "features" }), features);
  const hidden = denseBlock(seen, { widths, normalise: false, residual: true });
  const coefficients = apply(dense({ units: modes.output ** 2, name: "output" }), hidden);
  const series = { map: "synthesise", from: modes.output, to: extent, channels: 1, gain: 1 } as const;
  const smooth = apply(new Separable({ name: "series", ...series }), coefficients);
  const output = start ? apply(layers.add({ name: "potential" }), [start, smooth]) : smooth;
  return model({ name: "approximator", inputs: sample, outputs: output });
}

function apply(layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}
