import { floorSeconds, predictedSeconds, type Rates } from "../../src/webgpu/cost.ts";
import { isSameWork } from "./agreement.ts";
import type { BenchResult } from "./timing.ts";
import type { DeviceWork } from "./work.ts";

/**
 * The result beside the floor of its work: seconds that memory and arithmetic of the device take at least, at its measured rates, and how
 * often they fit into those that passed.
 */
export function besideFloor(result: BenchResult, works: readonly DeviceWork[], rates: Rates): BenchResult {
  const work = works.find((work) => isSameWork(result, work));
  if (!work) return result;
  const { bytes, operations } = work;
  const floor = floorSeconds(work, rates);
  return { ...result, bytes, operations, floor_seconds: floor, times_floor: result.seconds / floor };
}

/**
 * A card for predictions, of the middle class of 2024. Two dependent launches are 10 us apart: about what Dawn takes to record one in
 * Node; the cards themselves need less.
 */
const CARD: Rates = { secondsPerLaunch: 1e-5, bytesPerSecond: 1e12, operationsPerSecond: 1.5e13 };

/** What each work should take on that card. */
export function predictions(works: readonly DeviceWork[]) {
  return works.map((work) => ({
    ...work,
    floor_seconds: floorSeconds(work, CARD),
    predicted_seconds: predictedSeconds(work, CARD),
  }));
}

/** What predictions are made for, and what they are not. */
export const PREDICTED_CARD = {
  ...CARD,
  note: "predicted from counts of launches, bytes and operations; nothing was measured on a GPU",
};
