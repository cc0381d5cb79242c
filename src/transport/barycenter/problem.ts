import { InputError, OptionError } from "../../errors.ts";
import type { Geometry, HostGeometry } from "../../geometry/geometry.ts";
import { describe, float64Of, hasShape, ndarray, rowOf, type NdArray, type TypedArray } from "../../tensor/ndarray.ts";
import type { BarycenterInputs } from "./engine.ts";
import { logScalingShape, type ResolvedOptions } from "./options.ts";

/**
 * B data points that share S atoms, as arrays of any numbers: computed in float64. The geometry's cost [M, N] is that of the atoms'
 * points (rows) to the barycenter's (columns), which usually are the same. Atoms usually have
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

/** Throws InputError unless the shapes fit each other and the geometry, and the geometry the options. */
export function checkShapes(
  geometry: HostGeometry,
  { atoms, weights, start }: BarycenterShapes,
  options: ResolvedOptions,
): void {
  const [m, n] = geometry.shape;
  if (atoms.length !== 2 || atoms[0] === 0 || atoms[1] !== m) {
    const has = m === n ? `${m} points` : `[${m}, ${n}]: the atoms' points and the barycenter's`;
    throw new InputError(`barycenter: atoms must be [S, ${m}] (the geometry has ${has}), got [${atoms.join(", ")}]`);
  }
  if (weights.length !== 2 || weights[1] !== atoms[0]) {
    throw new InputError(
      `barycenter: weights must be [B, ${atoms[0]}] (one column an atom), got [${weights.join(", ")}]`,
    );
  }
  if (options.sides === 2) requireSquare(geometry, "heavy-ball, whose log-scalings are those of both sides,");
  if (options.debiased) requireSymmetric(geometry);
  if (start) checkShape("start (log-scalings)", start, logScalingShape(options, weights[0], atoms[0], n));
}

/** Throws InputError where the cost is not symmetric. Debiasing is the divergence's self term of the barycenter, which is under the cost of its own points. */
export function requireSymmetric({ symmetric, shape: [m, n] }: HostGeometry): void {
  if (symmetric) return;
  const got = m === n ? "got one that is not" : `got a cost [${m}, ${n}] between two sets of points`;
  throw new InputError(`debiased barycenter: needs a symmetric ground cost, ${got}`);
}

/** Throws InputError where the barycenter has other points than the atoms. */
function requireSquare({ shape: [m, n] }: HostGeometry, what: string): void {
  if (m !== n) throw new InputError(`barycenter: ${what} needs a square ground cost, got [${m}, ${n}]`);
}

/** Throws OptionError where the iterations might end early: gradients are those of a fixed number. */
export function requireFixed({ tolerance }: ResolvedOptions): void {
  if (tolerance === 0) return;
  throw new OptionError("tolerance", "gradients are those of a fixed number of iterations; leave it out (or 0)");
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

/** The problem of some data points. */
export function onlyPoints({ atoms, weights, start }: CheckedInputs, points: readonly number[]): CheckedInputs {
  if (points.length === weights.shape[0]) return { atoms, weights, start };
  return { atoms, weights: rowsAt(weights, points), start: start && rowsAt(start, points) };
}

/** Rows of an array [rows, ...], copied. */
export function rowsAt({ data, shape }: NdArray, rows: readonly number[]): NdArray<Float64Array> {
  const length = data.length / shape[0];
  const kept = new Float64Array(rows.length * length);
  rows.forEach((from, row) => kept.set(rowOf(data, length, from), row * length));
  return ndarray(kept, [rows.length, ...shape.slice(1)]);
}

/** The problem of one data point alone. */
export function onlyPoint({ atoms, weights, start }: CheckedInputs, point: number): CheckedInputs {
  return { atoms, weights: rowAlone(weights, point), start: start && rowAlone(start, point) };
}

function rowAlone<T extends TypedArray>({ data, shape }: NdArray<T>, row: number): NdArray<T> {
  return ndarray(rowOf(data, data.length / shape[0], row), [1, ...shape.slice(1)]);
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
  checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape, start: start?.shape }, options);
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

/** The largest mass of the atoms [S, M], of which errors are shares. */
export function largestMass({ data, shape: [count, points] }: NdArray): number {
  return Math.max(...Array.from({ length: count }, (_, s) => massOf(data, s, points)));
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

/** Of a row. */
export function massOf(data: NdArray["data"], row: number, points: number): number {
  let mass = 0;
  for (let i = row * points; i < (row + 1) * points; i++) mass += data[i];
  return mass;
}
