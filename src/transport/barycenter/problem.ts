import { InputError } from "../../errors.ts";
import type { Geometry, HostGeometry } from "../../geometry/geometry.ts";
import { describe, float64Of, hasShape, ndarray, type NdArray } from "../../tensor/ndarray.ts";
import type { BarycenterInputs } from "./engine.ts";
import type { ResolvedOptions } from "./options.ts";

/**
 * B data points that share S atoms on a geometry of N points, as arrays of any numbers: computed in float64. Atoms usually have
 * mass 1 and weights usually lie on the simplex, which is not asked for: balanced barycenters take negative weights too;
 * unbalanced ones need weights >= 0, not all 0.
 */
export interface BarycenterProblem extends BarycenterInputs<NdArray> {
  readonly geometry: Geometry;
}

/** Shapes of a problem, tensors or arrays; `start` may be a scalar, which stands for log-scalings 0 everywhere. */
export interface BarycenterShapes {
  readonly atoms: readonly number[];
  readonly weights: readonly number[];
  readonly start?: readonly number[] | undefined;
}

/** Throws InputError unless the shapes fit each other and the geometry. */
export function checkShapes(geometry: HostGeometry, { atoms, weights, start }: BarycenterShapes, sides: number): void {
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

/** Inputs in float64, checked. */
export interface CheckedInputs extends BarycenterInputs<NdArray> {
  readonly atoms: NdArray<Float64Array>;
  readonly weights: NdArray<Float64Array>;
  /** As it came: an engine takes it in float32 or in float64. */
  readonly start: NdArray | undefined;
}

/** Throws InputError unless shapes fit and the values are masses and weights that the operator is defined for. */
export function checkInputs(
  geometry: HostGeometry,
  { atoms, weights, start }: BarycenterInputs<NdArray>,
  options: ResolvedOptions,
): CheckedInputs {
  requireArray(atoms, "atoms");
  requireArray(weights, "weights");
  if (start !== undefined) requireArray(start, "start");
  checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape, start: start?.shape }, options.sides);
  const inputs = {
    atoms: ndarray(float64Of(atoms.data, "barycenter: atoms"), atoms.shape),
    weights: ndarray(float64Of(weights.data, "barycenter: weights"), weights.shape),
    start: start && ndarray(start.data, start.shape),
  };
  checkMasses(inputs.atoms);
  if (!inputs.weights.data.every(Number.isFinite)) {
    throw new InputError("barycenter: weights must be finite, got NaN or infinity");
  }
  if (options.power !== 0) checkUnbalancedWeights(inputs.weights);
  return inputs;
}

function requireArray(array: NdArray, name: string): void {
  if (hasShape(array)) return;
  throw new InputError(`barycenter: ${name}: expected { shape, data } (see ndarray), got ${describe(array)}`);
}

function checkMasses({ data, shape: [count, points] }: NdArray<Float64Array>): void {
  for (let s = 0; s < count; s++) {
    let mass = 0;
    for (let i = s * points; i < (s + 1) * points; i++) {
      if (!(data[i] >= 0)) throw badMass(s, i - s * points, data[i]);
      mass += data[i];
    }
    if (!(mass > 0 && mass < Infinity)) {
      throw new InputError(`barycenter: atom ${s} must have a positive finite mass, got ${mass}`);
    }
  }
}

function badMass(atom: number, point: number, value: number): InputError {
  return new InputError(`barycenter: atoms must be >= 0 and finite, got ${value} in atom ${atom} at point ${point}`);
}

function checkUnbalancedWeights({ data, shape }: NdArray<Float64Array>): void {
  for (let row = 0; row < shape[0]; row++) {
    const weights = data.subarray(row * shape[1], (row + 1) * shape[1]);
    if (weights.some((weight) => weight < 0) || !weights.some((weight) => weight > 0)) {
      throw new InputError(
        `barycenter: unbalanced weights must be >= 0 and not all 0, got [${weights.join(", ")}] in row ${row}`,
      );
    }
  }
}
