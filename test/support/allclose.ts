export interface Comparison {
  /** @default 1e-9 */
  readonly relative?: number;
  /** @default 1e-9 */
  readonly absolute?: number;
}

/** Compares entry by entry, flattening nested lists; names the worst entry. */
export function worstDifference(
  actual: ArrayLike<number> | readonly unknown[],
  expected: ArrayLike<number> | readonly unknown[],
  { relative = 1e-9, absolute = 1e-9 }: Comparison,
): { pass: boolean; message: string } {
  const left = flatten(actual);
  const right = flatten(expected);
  if (left.length !== right.length) {
    return { pass: false, message: `expected ${right.length} numbers, got ${left.length}` };
  }
  let worst = -1;
  let excess = 0;
  for (let index = 0; index < left.length; index++) {
    if (left[index] === right[index]) continue; // infinities too
    const over = Math.abs(left[index] - right[index]) - (absolute + relative * Math.abs(right[index]));
    if (!(over <= excess)) {
      excess = Number.isNaN(over) ? Infinity : over;
      worst = index;
    }
  }
  if (worst < 0) return { pass: true, message: "all entries are close" };
  return {
    pass: false,
    message: `entry ${worst}: got ${left[worst]}, expected ${right[worst]} (relative ${relative}, absolute ${absolute})`,
  };
}

/** The numbers of nested lists or typed arrays, row-major. */
export function flatten(values: ArrayLike<number> | readonly unknown[]): number[] {
  return Array.from(values as readonly unknown[]).flatMap((value) =>
    typeof value === "object" && value !== null ? flatten(value as readonly unknown[]) : [value as number],
  );
}

/** ||actual - expected|| / ||expected||, Euclidean: how far a gradient is from a reference. */
export function relativeNorm(actual: ArrayLike<number>, expected: ArrayLike<number> | readonly unknown[]): number {
  const right = flatten(expected);
  const norm = Math.hypot(...right);
  return Math.hypot(...Array.from(actual, (value, index) => value - right[index])) / norm;
}
