import { encodeTsv } from "../../src/data/tab-separated.ts";
import { jsonNumber } from "../format.ts";
import { mean } from "../metrics/images.ts";
import { spreadOf, type Spread } from "../metrics/spread.ts";
import type { NmfStop } from "../baselines/nmf.ts";
import type { Classes, ClassScore } from "./classes.ts";
import type { Comparison } from "./compare.ts";

/**
 * The comparison as a summary has it. Of each method, `_pca` and so on behind the names of all but ours: `psnr`, in dB, the mean over
 * images that are not exact; `nmse`, the mean normalised mean square error; its spread over images in `psnr_images`.
 */
export function comparisonSummary(
  methods: readonly Comparison[],
  nmf: NmfStop | undefined,
  classes: Classes | undefined,
) {
  const named = (name: string, valueOf: (method: Comparison) => unknown) =>
    methods.map((method) => [method.key === "wdl" ? name : `${name}_${method.key}`, valueOf(method)] as const);
  const each = (valueOf: (method: Comparison) => unknown) =>
    Object.fromEntries(methods.map((method) => [method.key, valueOf(method)]));
  return {
    ...Object.fromEntries([
      ...named("psnr", ({ psnr }) => jsonNumber(spreadOf(psnr).mean)),
      ...named("nmse", ({ nmse }) => mean(nmse)),
    ]),
    psnr_images: each(({ psnr }) => spreadForJson(spreadOf(psnr))),
    ...(methods.some(({ psnr }) => exactOf(psnr) > 0) && { exact: each(({ psnr }) => exactOf(psnr)) }),
    ...(methods[0].misplaced && { misplaced: each(misplacedOf) }),
    ...(nmf && { nmf }),
    ...(classes && {
      classes: { count: classes.names.length, scores: classes.scores satisfies readonly ClassScore[] },
    }),
  };
}

/** Mass of which more than this share is misplaced is a mode that is missing, or one too many. */
const MISPLACED_MODE = 0.25;

/** Mass in another third of the line than in the data, and the data points where it is a mode. */
function misplacedOf({ misplaced = new Float64Array(0) }: Comparison) {
  const modes = misplaced.filter((share) => share > MISPLACED_MODE).length;
  return { mean: mean(misplaced), worst: Math.max(...misplaced), modes };
}

/** Images that are reproduced exactly: their PSNR is infinite. */
export function exactOf(psnr: Float64Array): number {
  return psnr.reduce((count, value) => count + Number(value === Infinity), 0);
}

/** `result/psnr.tsv`: a row a data point, a column a method. */
export function psnrTable(names: readonly string[], methods: readonly Comparison[]): string {
  const header = ["data point", ...methods.map(({ name }) => name)];
  return encodeTsv([
    header,
    ...names.map((name, point) => [name, ...methods.map(({ psnr }) => psnr[point].toFixed(3))]),
  ]);
}

function spreadForJson({ mean, deviation, percentile5, worst }: Spread) {
  return {
    mean: jsonNumber(mean),
    deviation,
    percentile5: jsonNumber(percentile5),
    worst: jsonNumber(worst),
  };
}
