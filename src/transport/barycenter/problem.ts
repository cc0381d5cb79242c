import { InputError } from "../../errors.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import type { ResolvedOptions } from "./options.ts";

/** B data points that share S atoms on a geometry of N points. */
export interface BarycenterProblem {
  readonly geometry: Geometry;
  /** D [S, N], >= 0, each with some mass; zero pixels are allowed. Usually of mass 1, which is not asked for. */
  readonly atoms: NdArray;
  /**
   * Lambda [B, S]. Usually on the simplex, which is not asked for: balanced barycenters take negative weights too;
   * unbalanced ones need weights >= 0, not all 0.
   */
  readonly weights: NdArray;
  /** Log-scalings [B, sides, S, N] of an earlier result to start from; constants for the gradients. */
  readonly start?: NdArray | undefined;
}

/** Shapes of a problem, tensors or arrays; `start` may be a scalar, which stands for log-scalings 0 everywhere. */
export interface BarycenterShapes {
  readonly atoms: readonly number[];
  readonly weights: readonly number[];
  readonly start?: readonly number[] | undefined;
}

/** Throws InputError unless the shapes fit each other and the geometry. */
export function checkShapes(geometry: Geometry, { atoms, weights, start }: BarycenterShapes, sides: number): void {
  const [n, m] = geometry.shape;
  if (n !== m) throw new InputError(`barycenter: needs a square ground cost, got [${n}, ${m}]`);
  if (atoms.length !== 2 || atoms[0] === 0 || atoms[1] !== n) {
    throw new InputError(
      `barycenter: atoms must be [S, ${n}] (the geometry has ${n} points), got [${atoms.join(", ")}]`,
    );
  }
  if (weights.length !== 2 || weights[1] !== atoms[0]) {
    throw new InputError(
      `barycenter: weights must be [B, ${atoms[0]}] (one column an atom), got [${weights.join(", ")}]`,
    );
  }
  if (start) checkShape("start (log-scalings)", start, [weights[0], sides, ...atoms]);
}

/** Throws InputError unless `shape` is `expected`. */
export function checkShape(name: string, shape: readonly number[], expected: readonly number[]): void {
  if (shape.length !== expected.length || !shape.every((extent, axis) => extent === expected[axis])) {
    throw new InputError(`barycenter: ${name} must be [${expected.join(", ")}], got [${shape.join(", ")}]`);
  }
}

/** Throws InputError unless shapes fit and the values are masses and weights that the operator is defined for. */
export function checkProblem({ geometry, atoms, weights, start }: BarycenterProblem, options: ResolvedOptions): void {
  const shapes = { atoms: atoms.shape, weights: weights.shape, start: start?.shape };
  checkShapes(geometry, shapes, options.sides);
  const [count, points] = atoms.shape;
  for (let s = 0; s < count; s++) {
    let mass = 0;
    for (let i = s * points; i < (s + 1) * points; i++) {
      if (!(atoms.data[i] >= 0)) throw badMass(s, i - s * points, atoms.data[i]);
      mass += atoms.data[i];
    }
    if (!(mass > 0 && mass < Infinity)) {
      throw new InputError(`barycenter: atom ${s} must have a positive finite mass, got ${mass}`);
    }
  }
  if (!weights.data.every(Number.isFinite))
    throw new InputError("barycenter: weights must be finite, got NaN or infinity");
  if (options.power !== 0) checkUnbalancedWeights(weights);
}

function badMass(atom: number, point: number, value: number): InputError {
  return new InputError(`barycenter: atoms must be >= 0 and finite, got ${value} in atom ${atom} at point ${point}`);
}

function checkUnbalancedWeights({ data, shape }: NdArray): void {
  for (let row = 0; row < shape[0]; row++) {
    const weights = data.subarray(row * shape[1], (row + 1) * shape[1]);
    if (weights.some((weight) => weight < 0) || !weights.some((weight) => weight > 0)) {
      throw new InputError(
        `barycenter: unbalanced weights must be >= 0 and not all 0, got [${weights.join(", ")}] in row ${row}`,
      );
    }
  }
}
