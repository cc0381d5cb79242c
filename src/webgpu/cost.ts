// What work costs on a device, counted rather than measured: for benchmarks (the least time a card could take) and predictions.

/** Of one or more kernels, as their sizes determine it. */
export interface KernelCost {
  /** Dispatches: exactly what `countLaunches` counts. */
  readonly launches: number;
  /** That must cross the memory of the device: each input and output of each launch once, whatever caches hold. */
  readonly bytes: number;
  /** Floating-point operations: a multiply-add is two, an exponential or a logarithm is `EXPONENTIAL`. */
  readonly operations: number;
}

/**
 * Operations that an exponential or a logarithm is worth: cards compute them, in base 2, at a quarter of the rate of multiply-adds
 * (an eighth on some).
 */
export const EXPONENTIAL = 8;

/** What a card does in a second. */
export interface Rates {
  /** Between the starts of two dependent launches that do nothing. */
  readonly secondsPerLaunch: number;
  /** Read and written together: a copy of n bytes moves 2 n. */
  readonly bytesPerSecond: number;
  /** As `KernelCost` counts them. */
  readonly operationsPerSecond: number;
}

/** No device could do the work in fewer seconds at these rates: memory and arithmetic at once, launches for nothing. */
export function floorSeconds(
  { bytes, operations }: KernelCost,
  { bytesPerSecond, operationsPerSecond }: Rates,
): number {
  return Math.max(bytes / bytesPerSecond, operations / operationsPerSecond);
}

/** The floor, and launches that each wait for the one before. */
export function predictedSeconds(cost: KernelCost, rates: Rates): number {
  return cost.launches * rates.secondsPerLaunch + floorSeconds(cost, rates);
}

/** One after the other. */
export function sumOfCosts(...costs: readonly KernelCost[]): KernelCost {
  let [launches, bytes, operations] = [0, 0, 0];
  for (const cost of costs) {
    launches += cost.launches;
    bytes += cost.bytes;
    operations += cost.operations;
  }
  return { launches, bytes, operations };
}

/** So many times over: iterations. */
export function repeatedCost({ launches, bytes, operations }: KernelCost, times: number): KernelCost {
  return { launches: launches * times, bytes: bytes * times, operations: operations * times };
}
