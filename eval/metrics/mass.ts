import { InputError } from "../../src/errors.ts";

/**
 * The share of a histogram's mass at the indices `start <= index < end`, in [0, 1]: how much a reconstruction puts where
 * the data have nothing (Schmitz et al. 2018, figure 15).
 *
 * @param histogram [n] masses, not necessarily of sum one
 * @throws InputError on an interval outside [0, n] or a histogram without mass
 */
export function massInInterval(histogram: ArrayLike<number>, start: number, end: number): number {
  const size = histogram.length;
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= size)) {
    throw new InputError(`mass in interval: expected whole 0 <= start <= end <= ${size}, got [${start}, ${end})`);
  }
  let inside = 0;
  let total = 0;
  for (let index = 0; index < size; index++) {
    total += histogram[index];
    if (index >= start && index < end) inside += histogram[index];
  }
  if (!(total > 0)) throw new InputError(`mass in interval: expected a histogram of positive mass, got mass ${total}`);
  return inside / total;
}
