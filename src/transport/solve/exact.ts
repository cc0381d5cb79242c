import { ndarray, type NdArray } from "../../tensor/ndarray.ts";
import { emd } from "../exact/emd.ts";
import type { SparsePlan } from "../exact/emd-result.ts";
import type { TransportOptions } from "./options.ts";
import type { SolveProblem } from "./problem.ts";
import { mapOfColumns, type RowMap } from "./products.ts";
import type { Solution, SparseOptions } from "./solution.ts";
import { nearestMap, projection, requirePoints } from "./transported.ts";

/** By the network simplex. */
export function solveExact({ a, b, geometry, points }: SolveProblem, { maxIterations }: TransportOptions): Solution {
  const {
    value,
    plan: entries,
    f,
    g,
    status,
    pivots,
  } = emd(a, b, geometry, maxIterations === undefined ? {} : { maxPivots: maxIterations });
  const [n, m] = geometry.shape;
  const { rows, columns, masses } = entries;
  const forward = productOf(rows, columns, masses, n, m);
  const adjoint = productOf(columns, rows, masses, m, n);
  const ones = (count: number): Float64Array => new Float64Array(count).fill(1);
  const marginals = [forward(ones(m), 1), adjoint(ones(n), 1)] as const;
  const apply = ((v) => mapOfColumns(forward, m, n, v, "apply")) as Solution["apply"];

  function plan(): NdArray<Float64Array>;
  function plan(sparse: SparseOptions): SparsePlan;
  function plan(sparse?: SparseOptions): NdArray<Float64Array> | SparsePlan {
    if (sparse?.sparse) return entries;
    const dense = new Float64Array(n * m);
    masses.forEach((mass, k) => (dense[rows[k] * m + columns[k]] += mass));
    return ndarray(dense, [n, m]);
  }

  return {
    value,
    dualValue: inner(f, a) + inner(g, b),
    transportCost: value,
    f,
    g,
    marginals,
    status,
    iterations: pivots,
    errors: [],
    start: undefined,
    epsilon: undefined,
    rho: undefined,
    a,
    b,
    geometry,
    plan,
    apply,
    applyTranspose: ((v) => mapOfColumns(adjoint, n, m, v, "applyTranspose")) as Solution["applyTranspose"],
    transport(moved) {
      const source = requirePoints(points);
      const projected = projection(source, apply(source.y), marginals[0]);
      return moved === undefined && marginals[0].every((mass) => mass > 0)
        ? projected
        : nearestMap(source, moved ?? source.x, projected);
    },
  };
}

/** out_i += P_ij v_j over the entries of P, for vectors side by side. */
function productOf(to: Int32Array, from: Int32Array, masses: Float64Array, sizeTo: number, sizeFrom: number): RowMap {
  return (vectors, count) => {
    const out = new Float64Array(count * sizeTo);
    for (let row = 0; row < count; row++) {
      for (let k = 0; k < masses.length; k++) {
        out[row * sizeTo + to[k]] += masses[k] * vectors[row * sizeFrom + from[k]];
      }
    }
    return out;
  };
}

function inner(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, at) => (y[at] > 0 ? sum + value * y[at] : sum), 0);
}
