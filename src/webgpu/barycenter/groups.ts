import { RunError } from "../../errors.ts";
import { formatBytes } from "../../memory.ts";

/** Bytes of a device for the iterations of the data points in work: a share that small cards have, too. */
export const KEPT_BYTES = 2 ** 29;

/** Of a problem, in numbers. */
export interface GroupSizes {
  readonly points: number;
  readonly atoms: number;
  /** The larger of M and N. */
  readonly width: number;
  readonly iterations: number;
  readonly memory: number;
  readonly debiased: boolean;
  /** Bytes that the device binds at once. */
  readonly binding: number;
}

/** How data points are grouped, and iterations cut into segments. */
export interface Grouping {
  /** Data points of a group. */
  readonly rows: number;
  /** Iterations that are kept at a time. */
  readonly segment: number;
}

/** Numbers of a field from which on a device is busy with one launch. */
const BUSY = 2 ** 18;
/** Fields [rows, S, width] that are there whatever is kept. */
const WORK_FIELDS = 11;

type Variant = Pick<GroupSizes, "memory" | "debiased" | "atoms">;

/** Fields kept of an iteration: log b, c, phi, a with memory; where debiased, D and K D of all atoms together. */
function fieldsOf({ memory, debiased, atoms }: Variant): number {
  return (memory === 0 ? 3 : 4) + (debiased ? 2 / atoms : 0);
}

/** Fields from which the iterations go on. */
function carriedOf({ memory, debiased, atoms }: Variant): number {
  return (memory === 0 ? 1 : 2) + (debiased ? 1 / atoms : 0);
}

/**
 * Groups of as many data points as keep all their iterations within `keptBytes`, if these keep a device busy; else of so many as do, with
 * iterations kept in segments of about sqrt(L c / F), c fields carried from one segment to the next and F kept of an iteration.
 * Throws RunError where the device does not bind the field of one data point.
 */
export function gradientGrouping(sizes: GroupSizes, keptBytes: number): Grouping {
  const { points, iterations, atoms, width } = sizes;
  const most = mostRows(sizes);
  const field = 4 * atoms * width;
  const fields = fieldsOf(sizes);
  const all = Math.floor(keptBytes / (field * (fields * iterations + WORK_FIELDS)));
  const busy = Math.min(points, most, Math.ceil(BUSY / (atoms * width)));
  if (all >= busy) return { rows: Math.max(1, Math.min(points, most, all)), segment: iterations };
  return { rows: Math.max(1, busy), segment: Math.ceil(Math.sqrt((iterations * carriedOf(sizes)) / fields)) };
}

/** The same where nothing is kept of the iterations. */
export function forwardRows(sizes: GroupSizes, keptBytes: number): number {
  const field = 4 * sizes.atoms * sizes.width;
  return Math.max(1, Math.min(sizes.points, mostRows(sizes), Math.floor(keptBytes / (WORK_FIELDS * field))));
}

/** Bytes on the device for the gradient of a grouping, beside inputs and outputs. */
export function bytesOf(sizes: GroupSizes, { rows, segment }: Grouping): number {
  const { atoms, width, iterations } = sizes;
  const segments = Math.ceil(iterations / segment);
  const carried = carriedOf(sizes) * (segments - 1);
  return 4 * rows * atoms * width * (fieldsOf(sizes) * segment + carried + WORK_FIELDS);
}

function mostRows({ atoms, width, binding }: GroupSizes): number {
  const rows = Math.floor(binding / (4 * atoms * width));
  if (rows > 0) return rows;
  throw new RunError(
    `barycenter: ${atoms} atoms of ${width} points take ${formatBytes(4 * atoms * width)}, this device sees ` +
      `${formatBytes(binding)} at once; use fewer, or another backend`,
  );
}
