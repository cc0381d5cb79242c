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

/** Parts of a line between which mass is counted as misplaced. */
const PARTS = 3;

/**
 * The share of mass that a histogram on a line has in another third of it than its reference, in [0, 1]: modes that are missing, and
 * mass where there was none (Schmitz et al. 2018, section 5.5). What is negative counts as nothing.
 *
 * @param histogram [n] with some positive mass
 * @param reference [n]
 * @throws InputError on a histogram or reference without mass
 */
export function misplacedMass(histogram: Float64Array, reference: Float64Array): number {
  const bounds = Array.from({ length: PARTS + 1 }, (_, part) => Math.round((part * reference.length) / PARTS));
  const positive = histogram.map((mass) => Math.max(mass, 0));
  let differences = 0;
  for (let part = 0; part < PARTS; part++) {
    const [start, end] = [bounds[part], bounds[part + 1]];
    differences += Math.abs(massInInterval(positive, start, end) - massInInterval(reference, start, end));
  }
  return differences / 2;
}
