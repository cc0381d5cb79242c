import { samplesOf, type Dataset } from "../../src/data/dataset.ts";
import { InputError } from "../../src/errors.ts";
import { toFloat32, type NdArray } from "../../src/tensor/ndarray.ts";
import { componentRows, fittedNmf, fittedPca, type FittedDictionary } from "../baselines/fitted.ts";
import { nmf, type NmfStop } from "../baselines/nmf.ts";
import { pca } from "../baselines/pca.ts";
import type { EvaluationInput, OwnResult } from "../evaluator.ts";
import type { Method } from "./compare.ts";

/**
 * The linear dictionaries that stand beside a Wasserstein dictionary of S atoms: principal components and nonnegative ones, fitted
 * where that was, on the data of the run. A result keeps them, so that other data can be compared without those of the run.
 */
export interface WdlBaselines {
  /** In units of the data: `pca_mean` [...], `pca_components` [at most S, ...], `nmf_components` [S, ...]. */
  readonly arrays: Readonly<Record<ArrayName, NdArray<Float32Array>>>;
  readonly nmf: NmfStop;
}

const ARRAY_NAMES = ["pca_mean", "pca_components", "nmf_components"] as const;
type ArrayName = (typeof ARRAY_NAMES)[number];

/** What they are called in a summary. */
export type BaselineKey = "pca" | "pca_same_count" | "nmf";

/** Fits both to data [M, ...]. Throws InputError where NMF is not defined for them. */
export function fitBaselines(values: NdArray<Float64Array>, atoms: number): WdlBaselines {
  const principal = pca(values, atoms);
  const { components, status, iterations, tolerance } = nmf(values, atoms);
  return {
    arrays: {
      pca_mean: toFloat32(principal.mean),
      pca_components: toFloat32(principal.components),
      nmf_components: toFloat32(components),
    },
    nmf: { status, iterations, tolerance },
  };
}

/** Data [M, N] that are reconstructed, and what brings them to the scale 0..255. */
interface ScaledData {
  readonly values: Float64Array;
  readonly scale: number;
}

/**
 * S barycentric weights of sum one have S - 1 degrees of freedom, as many as the mean and S - 1 principal components: these come
 * first. The mean and S components, one more, are what eigenfaces of the same count are.
 */
export function baselineMethods({ arrays }: Pick<WdlBaselines, "arrays">, atoms: number, data: ScaledData): Method[] {
  const mean = Float64Array.from(arrays.pca_mean.data);
  const principal = componentRows(arrays.pca_components, mean.length);
  const nonnegative = componentRows(arrays.nmf_components, mean.length);
  const eigenfaces = (key: BaselineKey, count: number, why: string): Method => ({
    key,
    name: `PCA ${count}`,
    note: `the mean and ${count} components: ${why}`,
    reconstruct: reconstructing(fittedPca(mean, principal.slice(0, count)), data, mean.length),
  });
  return [
    eigenfaces("pca", atoms - 1, "as many degrees of freedom"),
    eigenfaces("pca_same_count", atoms, "as many components as atoms"),
    {
      key: "nmf",
      name: "NMF",
      note: `${atoms} components`,
      reconstruct: reconstructing(fittedNmf(nonnegative), data, mean.length),
    },
  ];
}

function reconstructing(
  { encode, decode }: FittedDictionary,
  { values, scale }: ScaledData,
  pixels: number,
): Method["reconstruct"] {
  return async (first, last) => {
    const coefficients = encode(values.subarray(first * pixels, last * pixels));
    return { images: decode(coefficients).map((value) => value * scale), coefficients };
  };
}

/** What is there to compare with, or why there is nothing. */
export type FoundBaselines =
  | { readonly baselines: WdlBaselines; readonly note?: undefined }
  | { readonly baselines?: undefined; readonly note: string };

/**
 * The baselines of a run: those of its result where other data are evaluated, else fitted to the data of the run. Where neither is at
 * hand there are none: they are never fitted to data that the dictionary has not seen.
 */
export async function baselinesOf(
  atoms: number,
  dataset: Dataset,
  { isTrainingData, own }: Omit<EvaluationInput, "dataset">,
): Promise<FoundBaselines> {
  const { values } = samplesOf(dataset);
  if (isTrainingData) return { baselines: fitBaselines(values, atoms) };
  const kept = await keptBaselines(own?.result, atoms, values.shape.slice(1));
  if (kept) return { baselines: kept };
  try {
    if (!own) throw new InputError("no data of the run are at hand");
    return { baselines: fitBaselines(samplesOf(await own.load()).values, atoms) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { note: `PCA and NMF are left out, since they are fitted to the data of the run: ${error.message}` };
  }
}

/** Those of a result; undefined where it has none that fit. */
async function keptBaselines(
  result: OwnResult | undefined,
  atoms: number,
  pointShape: readonly number[],
): Promise<WdlBaselines | undefined> {
  const stop = result?.summary["nmf"];
  if (!result || !isStop(stop)) return undefined;
  const [mean, principal, nonnegative] = await Promise.all(ARRAY_NAMES.map((name) => result.array(name)));
  const holds = (array: NdArray | undefined, shape: readonly number[]): array is NdArray<Float32Array> =>
    array?.data instanceof Float32Array && array.shape.join() === shape.join();
  const rank = Math.min(principal?.shape[0] ?? 0, atoms);
  return holds(mean, pointShape) &&
    holds(principal, [rank, ...pointShape]) &&
    holds(nonnegative, [atoms, ...pointShape])
    ? { arrays: { pca_mean: mean, pca_components: principal, nmf_components: nonnegative }, nmf: stop }
    : undefined;
}

function isStop(value: unknown): value is NmfStop {
  const { status, iterations, tolerance } = (value ?? {}) as Partial<NmfStop>;
  return typeof status === "string" && typeof iterations === "number" && typeof tolerance === "number";
}
