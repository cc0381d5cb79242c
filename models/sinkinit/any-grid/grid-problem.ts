import type { ImageSize } from "../../../src/data/resize.ts";
import { InputError } from "../../../src/errors.ts";
import { isGrid, type Geometry } from "../../../src/geometry/geometry.ts";
import { EPSILONS, SIDES } from "./spec.ts";

/**
 * A problem on a grid in the network's units: points are the centres of cells that tile a rectangle whose longest side has
 * length one. Squared Euclidean costs and potentials scale with the square of the length, and so does epsilon: whatever the
 * spacing, the network sees the same problem.
 */
export interface GridProblem {
  readonly size: ImageSize;
  /** Lengths of both axes; the longer one is 1. */
  readonly sides: readonly [number, number];
  /** In the network's units. */
  readonly epsilon: number;
  /** Square of the longest side in the user's units: what a potential in the network's units is to be multiplied by. */
  readonly unit: number;
}

/** Relative difference by which an epsilon may be out of range. */
const SLACK = 1e-6;

/**
 * The problem of a geometry. Throws InputError, one line, for anything but a grid of two axes, for a side or an epsilon that the
 * network was not trained for.
 *
 * @param name of the initialiser
 */
export function gridProblem(name: string, geometry: Geometry, epsilon: number): GridProblem {
  const refuse = (got: string): InputError =>
    new InputError(
      `initialiser ${name}: made for grids of two axes of ${SIDES.least} to ${SIDES.most} points and an epsilon of ` +
        `${EPSILONS.least} to ${EPSILONS.most} times the square of the longest side; got ${got}; take another start, as gaussian`,
    );
  if (!isGrid(geometry)) throw refuse(`a ${geometry.kind} geometry`);
  const { size, spacing } = geometry;
  if (size.length !== 2 || size.some((extent) => extent < SIDES.least || extent > SIDES.most)) {
    throw refuse(`${size.join(" x ")} points`);
  }
  const span = Math.max(...size.map((extent, axis) => (extent - 1) * spacing[axis]));
  const relative = epsilon / span ** 2;
  if (!(relative >= EPSILONS.least * (1 - SLACK) && relative <= EPSILONS.most * (1 + SLACK))) {
    throw refuse(`epsilon ${epsilon}, ${Number(relative.toPrecision(3))} times the square of the longest side`);
  }
  const lengths = size.map((extent, axis) => extent * spacing[axis]);
  const longest = Math.max(...lengths);
  const [rows, columns] = lengths.map((length) => length / longest);
  return {
    size: [size[0], size[1]],
    sides: [rows, columns],
    epsilon: epsilon / longest ** 2,
    unit: longest ** 2,
  };
}
