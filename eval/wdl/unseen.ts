import { encode } from "../../models/wdl/encode/encode.ts";
import type { Encoder } from "../../models/wdl/encode/encoder.ts";
import type { WdlOptions } from "../../models/wdl/options.ts";
import { setUpWdl } from "../../models/wdl/setup.ts";
import type { ImageDataset } from "../../src/data/dataset.ts";
import { rowOf, sizeOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { jsonNumber } from "../format.ts";
import { spreadOf } from "../metrics/spread.ts";
import type { WdlBaselines } from "./baselines.ts";
import { compareDictionary, type DictionaryComparison } from "./compare-dictionary.ts";

/** Images that nothing was fitted to, as each method has them. */
export interface Unseen extends Omit<DictionaryComparison, "reconstructions"> {
  /** Name of the data. */
  readonly data: string;
  readonly names: readonly string[];
}

/** A learned dictionary, for data that it has not seen. */
interface Learned {
  readonly options: WdlOptions;
  /** [S, N] */
  readonly atoms: Float64Array;
  /** Sinkhorn iterations that the atoms were fitted with. */
  readonly sinkhornIterations: number;
  readonly baselines: WdlBaselines | undefined;
  readonly encoder: Encoder | undefined;
}

/** Encodes images that the dictionary has not seen, and compares. */
export async function compareUnseen(
  { options, atoms, sinkhornIterations, baselines, encoder }: Learned,
  dataset: ImageDataset,
): Promise<Unseen> {
  const setup = await setUpWdl(options, dataset);
  const operator = setup.operatorWith(sinkhornIterations);
  const { weights } = await encode({ atoms, problem: { ...setup.problem, operator } }, { encoder });
  const factors = { atoms, weights: weights.map(Math.fround) };
  const { methods, inputs } = await compareDictionary({ setup, options, dataset, factors, operator, baselines });
  return { data: dataset.name, names: dataset.names, methods, inputs };
}

/** As a summary has it: mean PSNR in dB by the key of a method. */
export function unseenSummary({ data, names, methods }: Unseen) {
  const psnr = methods.map((method) => [method.key, jsonNumber(spreadOf(method.psnr).mean)] as const);
  return { data, points: names.length, psnr: Object.fromEntries(psnr) };
}

/** The first images of a stack [M, h, w]. */
export function firstImages({ shape: [count, ...extents], data }: NdArray<Float64Array>, most: number) {
  const shown = Math.min(count, most);
  return { shape: [shown, ...extents], data: rowOf(data, shown * sizeOf(extents), 0) };
}
