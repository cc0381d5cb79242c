import { rowOf } from "../../src/tensor/ndarray.ts";
import { KL_FLOOR } from "./losses.ts";
import type { WdlOptions } from "./options.ts";
import type { WdlSetup } from "./setup.ts";

/** Data points that are looked at. */
const MOST_POINTS = 100;

/**
 * Nats that mass on zero pixels may cost a data point before it is said. What the loss has to tell apart comes to less: dictionaries of
 * photographs end at some hundredths of a nat a data point.
 */
const MOST_NATS = 0.5;

/**
 * The share of mass that falls on the zero pixels of a data point when it is blurred as every barycenter is, by the Gibbs kernel
 * (standard deviation sqrt(gamma / 2) pixels on a grid); the mean over the first data points.
 */
export function blurOntoZeros({ geometry, histograms, problem: { pixels }, barycenterOptions }: WdlSetup): number {
  const kernel = geometry.hostKernel(barycenterOptions.epsilon, { precision: "float32" });
  const points = Math.min(histograms.masses.length, MOST_POINTS);
  const reach = kernel.applyTranspose(new Float64Array(pixels).fill(1), new Float64Array(pixels)); // less at the edge of a grid
  const blurred = new Float64Array(pixels);
  let share = 0;
  for (let point = 0; point < points; point++) {
    const row = rowOf(histograms.data, pixels, point);
    kernel.apply(
      row.map((mass, pixel) => mass / reach[pixel]),
      blurred,
    );
    for (let pixel = 0; pixel < pixels; pixel++) if (row[pixel] === 0) share += blurred[pixel] / points;
  }
  return share;
}

/**
 * Why the KL loss does not suit data with many zero pixels; undefined where it does. A unit of mass on them costs
 * -log(KL_FLOOR) = 69 nats, and no barycenter is without its blur.
 */
export function zeroPixelNote(setup: WdlSetup, { loss }: Pick<WdlOptions, "loss">): string | undefined {
  if (loss !== "kl") return undefined;
  const share = blurOntoZeros(setup);
  const nats = -share * Math.log(KL_FLOOR);
  if (nats <= MOST_NATS) return undefined;
  return (
    `the blur of barycenters puts ${(100 * share).toPrecision(2)}% of the mass on zero pixels of the data, which costs ` +
    `${nats.toPrecision(2)} nats a data point under the KL loss and outweighs the fit; take the quadratic loss or a smaller gamma`
  );
}
