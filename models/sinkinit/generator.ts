import { input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { dense } from "../../src/tensor/layers.ts";
import { denseBlock } from "./dense-block.ts";
import { Renormalize } from "./layers/renormalize.ts";
import { Separable } from "./layers/separable.ts";

/** Everything that fixes the generator's shape. */
export interface GeneratorSpec {
  /**
   * `noise`: the prior is standard normal on two images of `priorExtent`, the skip connection T enlarges them (the
   * paper). `textures`: the prior is two random images of full size (`textures.ts`), T is the identity, and the network
   * sees and changes their low frequencies.
   */
  readonly prior: "noise" | "textures";
  readonly extent: number;
  readonly priorExtent: number;
  readonly widths: readonly number[];
  /** lambda of the skip connection. */
  readonly skip: number;
  /** c: added to every pixel before normalising. */
  readonly floor: number;
  /** `textures`: cosine modes an axis that the network sees and changes. */
  readonly modes: number;
}

/** Numbers of one prior sample. */
export function priorSize({ prior, extent, priorExtent }: GeneratorSpec): number {
  return 2 * { noise: priorExtent, textures: extent }[prior] ** 2;
}

/**
 * The generator q of training samples (Geuter et al., 4.1): prior samples z [batch, priorSize] to pairs (mu, nu)
 * [batch, 2 * points], Renorm[ReLU(net(z) + lambda T(z)) + c].
 */
export function buildGenerator(spec: GeneratorSpec): LayersModel {
  const z = input({ shape: [priorSize(spec)], name: "prior" });
  const { change, skip } = { noise: noiseBranches, textures: textureBranches }[spec.prior](z, spec);
  const scaled = layers.rescaling({ scale: spec.skip, name: "skip-scale" }).apply(skip) as SymbolicTensor;
  const sum = layers.add({ name: "sum" }).apply([change, scaled]) as SymbolicTensor;
  const { extent, floor } = spec;
  const pair = new Renormalize({ name: "pair", points: extent ** 2, floor }).apply(sum) as SymbolicTensor;
  return model({ name: "generator", inputs: z, outputs: pair });
}

interface Branches {
  /** net(z) */
  readonly change: SymbolicTensor;
  /** T(z) */
  readonly skip: SymbolicTensor;
}

/** Appendix B: dense layers with batch normalisation and ELU, a sigmoid at the end. */
function noiseBranches(z: SymbolicTensor, { extent, priorExtent, widths }: GeneratorSpec): Branches {
  const hidden = denseBlock(z, { widths, normalise: true, residual: false });
  const units = 2 * extent ** 2;
  const change = dense({ units, activation: "sigmoid", name: "output" }).apply(hidden) as SymbolicTensor;
  return { change, skip: separable(z, "skip", "resize", priorExtent, extent, 1) };
}

/** From low frequencies to low frequencies, bounded by the hyperbolic tangent. */
function textureBranches(z: SymbolicTensor, { extent, widths, modes }: GeneratorSpec): Branches {
  const spectrum = separable(z, "spectrum", "analyse", extent, modes, extent);
  const hidden = denseBlock(spectrum, { widths, normalise: false, residual: true });
  const coefficients = dense({ units: 2 * modes ** 2, name: "output" }).apply(hidden) as SymbolicTensor;
  const series = separable(coefficients, "series", "synthesise", modes, extent, extent);
  return { change: layers.activation({ activation: "tanh", name: "bound" }).apply(series) as SymbolicTensor, skip: z };
}

function separable(
  x: SymbolicTensor,
  name: string,
  map: "analyse" | "synthesise" | "resize",
  from: number,
  to: number,
  gain: number,
): SymbolicTensor {
  return new Separable({ name, map, from, to, channels: 2, gain }).apply(x) as SymbolicTensor;
}
