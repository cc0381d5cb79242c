import type { Factors } from "../../models/wdl/factors.ts";
import type { WdlOptions } from "../../models/wdl/options.ts";
import type { WdlSetup } from "../../models/wdl/setup.ts";
import type { SampleDataset } from "../../src/data/dataset.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { BarycenterOperator } from "../../src/transport/barycenter/operator.ts";
import { baselineMethods, type WdlBaselines } from "./baselines.ts";
import { compare, shownInputs, type Comparison } from "./compare.ts";
import { dictionaryMethod } from "./dictionary-method.ts";
import { reconstructionsShown } from "./reconstructions.ts";

/** A dictionary with the weights of some data, and what it is compared with. */
export interface Compared {
  readonly setup: WdlSetup;
  readonly options: WdlOptions;
  readonly dataset: SampleDataset;
  readonly factors: Factors;
  /** The one that the factors were fitted with. */
  readonly operator: BarycenterOperator;
  /** @default nothing to compare with */
  readonly baselines?: WdlBaselines | undefined;
}

export interface DictionaryComparison {
  /** Ours first. */
  readonly methods: readonly Comparison[];
  /** The first data points on the 8-bit scale, those whose reconstructions are kept. */
  readonly inputs: NdArray<Float64Array>;
  /** Barycenters [M, N] of mass one. */
  readonly reconstructions: Float32Array;
}

/** Reconstructs data by a dictionary and by the linear ones beside it. */
export async function compareDictionary(given: Compared): Promise<DictionaryComparison> {
  const { setup, options, dataset, factors, operator, baselines } = given;
  const { ours, reconstructions } = dictionaryMethod(setup, options, factors, operator);
  const data = { values: dataset.values.data, scale: 255 / setup.peak };
  const linear = baselines ? baselineMethods(baselines, options.atoms, data) : [];
  const { points, pointShape } = setup;
  const onLine = dataset.kind === "histograms" && pointShape.length === 1;
  const compared = { ...data, points, pointShape, onLine, shown: reconstructionsShown(setup, 1 + linear.length) };
  const methods: Comparison[] = [];
  for (const method of [ours, ...linear]) methods.push(await compare(method, compared));
  return { methods, inputs: shownInputs(compared), reconstructions };
}
