import type { ImageDataset } from "../../src/data/dataset.ts";
import { rowOf, rowsOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { interpolateWeights } from "../../models/wdl/dictionary.ts";
import { stack } from "../baselines/linear-dictionary.ts";
import { jsonNumber } from "../format.ts";
import { perImage } from "../metrics/images.ts";
import { spreadOf } from "../metrics/spread.ts";
import { imageRows } from "../pictures/montage.ts";
import type { Picture } from "../pictures/picture.ts";
import { to8bit } from "./compare.ts";
import type { WdlFindings, WdlOutcome } from "./findings.ts";
import { barycenterImages, lineBetween, shownRow } from "./images.ts";

/** The true image on the way between two data points, where it is known. */
export type Truth = NonNullable<ImageDataset["between"]>;

/** What lies halfway between two data points, by each way of interpolating, against the true images. */
export interface Midpoints {
  /** Each data point that is shown and its successor, the last one and the first. */
  readonly pairs: number;
  /** Mean PSNR in dB by the key of a method; `cross_fade`: the mean of the two images themselves, which nothing has compressed. */
  readonly psnr: Readonly<Record<string, number | string>>;
}

const STEPS = 5;

/**
 * Compares the middle of pairs of data points with the truth: the barycenter for the mean of their weights, and the mean of what a
 * linear method makes of the two, which is what it makes of the mean of their coefficients.
 */
export async function compareMidpoints(findings: WdlOutcome, truth: Truth): Promise<Midpoints> {
  const { methods, inputs, setup, factors, options } = findings;
  const { pixels } = setup.problem;
  const { masses } = setup.histograms;
  const [pairs] = inputs.shape;
  const ends = Array.from({ length: pairs }, (_, from) => [from, (from + 1) % pairs] as const);
  const middles = (data: Float64Array, size: number) => {
    return stack(
      ends.map(([from, to]) => lineBetween(rowOf(data, size, from), rowOf(data, size, to), [0.5])),
      size,
    );
  };
  const [, ...linear] = methods;
  const ways = {
    wdl: await barycenterImages(findings, middles(factors.weights, options.atoms), middles(masses, 1)),
    ...Object.fromEntries(linear.map(({ key, images }) => [key, middles(images.data, pixels)])),
    cross_fade: middles(inputs.data, pixels),
  };
  const truths = stack(await Promise.all(ends.map(([from, to]) => truth(from, to, 0.5))), pixels);
  const decibels = Object.entries(ways).map(([key, images]) => {
    const psnr = perImage(asRows(to8bit(images), pixels), asRows(truths, pixels));
    return [key, jsonNumber(spreadOf(psnr).mean)] as const;
  });
  return { pairs, psnr: Object.fromEntries(decibels) };
}

/** What lies between two data points that differ as most do: the truth where it is known, ours, and linear blends. */
export async function betweenPicture(findings: WdlFindings): Promise<Picture> {
  const { setup, options, factors, methods, inputs, names, truth } = findings;
  const [from, to] = typicalPair(findings);
  const shares = Array.from({ length: STEPS }, (_, step) => step / (STEPS - 1));
  const { masses } = setup.histograms;
  const [start, end] = [from, to].map((point) => rowOf(factors.weights, options.atoms, point));
  const weights = interpolateWeights(start, end, STEPS);
  const ours = await barycenterImages(
    findings,
    weights,
    shares.map((share) => (1 - share) * masses[from] + share * masses[to]),
  );
  const blend = (images: NdArray<Float64Array>) => lineBetween(shownRow(images, from), shownRow(images, to), shares);
  const rows = [
    ...(truth ? [{ label: "truth", data: await drawn(truth, from, to, shares) }] : []),
    { label: "WDL", data: ours },
    ...methods.filter(({ key }) => key === "pca").map(({ name, images }) => ({ label: name, data: blend(images) })),
    { label: "cross-fade", data: blend(inputs) },
  ];
  return imageRows(
    rows.map(({ label, data }) => {
      return { label, images: { shape: [STEPS, ...setup.pointShape], data: to8bit(data) }, range: [0, 255] };
    }),
    { columns: STEPS, captions: shares.map((share) => captionOf(share, names[from], names[to])) },
  );
}

async function drawn(truth: Truth, from: number, to: number, shares: readonly number[]): Promise<Float64Array> {
  const images = await Promise.all(shares.map((share) => truth(from, to, share)));
  return stack(images, images[0].length);
}

function captionOf(share: number, from: string, to: string): string {
  if (share === 0) return from;
  return share === 1 ? to : `${Math.round(100 * share)} %`;
}

/** Of the data points that are shown, two whose weights are as far apart as half of all pairs are at most. */
function typicalPair({ factors, options, inputs }: WdlOutcome): readonly [from: number, to: number] {
  const rows = rowsOf(factors.weights, options.atoms).slice(0, inputs.shape[0]);
  const pairs = rows.flatMap((row, from) =>
    rows.slice(from + 1).map((other, skipped) => {
      const distance = row.reduce((sum, weight, s) => sum + Math.abs(weight - other[s]), 0);
      return { distance, ends: [from, from + 1 + skipped] as const };
    }),
  );
  return pairs.sort((a, b) => a.distance - b.distance)[Math.floor(pairs.length / 2)].ends;
}

function asRows(data: Float64Array, pixels: number): NdArray<Float64Array> {
  return { shape: [data.length / pixels, pixels], data };
}
