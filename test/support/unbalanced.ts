// The reference problems of unbalanced transport as callers would pose them.
import { denseGeometry } from "../../src/geometry/dense.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { grid } from "../../src/geometry/grid.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { reference, type UnbalancedReference } from "./reference.ts";

export const unbalancedReference = reference<UnbalancedReference>("unbalanced");

export const matrix = (rows: readonly (readonly number[])[]) =>
  ndarray(Float64Array.from(rows.flatMap((row) => [...row])), [rows.length, rows[0].length]);

export interface UnbalancedProblem {
  readonly name: string;
  readonly geometry: Geometry;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly epsilon: number;
  readonly rho: { readonly a: number; readonly b: number };
  readonly plan: number[];
  readonly objective: number;
  readonly transportCost: number;
  readonly mass: number;
}

export const unbalancedProblems: readonly UnbalancedProblem[] = unbalancedReference.problems.map((stored) => ({
  ...stored,
  geometry: stored.cost ? denseGeometry(matrix(stored.cost)) : grid({ size: stored.size!, spacing: stored.spacing! }),
  a: Float64Array.from(stored.a),
  b: Float64Array.from(stored.b),
  rho: { a: stored.rho.a ?? Infinity, b: stored.rho.b ?? Infinity },
  plan: stored.plan.flat(),
}));
