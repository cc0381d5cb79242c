import { InputError } from "../errors.ts";
import { checkEpsilon } from "./checks.ts";
import { isDense, isGrid, type Geometry } from "./geometry.ts";
import { gridPlan } from "./plan-grid.ts";
import { matrixPlan, matrixProducts } from "./plan-matrix.ts";
import { nativePointsPlan } from "./plan-points-native.ts";
import { pointsPlan } from "./plan-points.ts";
import type { CostDirection, HostPlan, PlanWeights } from "./plan.ts";

/**
 * The plan of log-scalings u [n] and v [m] over a geometry, `-Infinity` where there is no mass: there P is zero, whatever it is
 * multiplied by. Its variables, in which `slopes` and directions are, are the points where the geometry has some, and the cost matrix
 * where it was given as one; a grid has none. u and v are not copied. Throws InputError.
 */
export function hostPlan(geometry: Geometry, epsilon: number, u: Float64Array, v: Float64Array): HostPlan {
  checkEpsilon(epsilon);
  const [n, m] = geometry.shape;
  requireLength(u, n, "log-scalings u");
  requireLength(v, m, "log-scalings v");
  return checked(chosen(geometry, epsilon, u, v), geometry);
}

function chosen(geometry: Geometry, epsilon: number, u: Float64Array, v: Float64Array): HostPlan {
  if (isGrid(geometry)) return gridPlan(geometry, epsilon, u, v);
  const { coordinates } = geometry;
  if (!coordinates)
    return matrixPlan(isDense(geometry) ? geometry.cost.data : geometry.costMatrix().data, epsilon, u, v);
  const plan = nativePointsPlan(coordinates, epsilon, u, v) ?? pointsPlan(coordinates, epsilon, u, v);
  if (!isDense(geometry)) return plan;
  const { apply, applyTranspose } = matrixProducts(geometry.cost.data, epsilon, u, v);
  return { ...plan, apply, applyTranspose };
}

/** The plan with its arguments checked. */
function checked(plan: HostPlan, geometry: Geometry): HostPlan {
  const [n, m] = plan.shape;
  return {
    ...plan,
    apply(z, out) {
      requireRows(z, m, out, n);
      return plan.apply(z, out);
    },
    applyTranspose(z, out) {
      requireRows(z, n, out, m);
      return plan.applyTranspose(z, out);
    },
    reduce(weights) {
      checkWeights(weights, geometry);
      return plan.reduce(weights);
    },
  };
}

function checkWeights({ alpha, beta, delta, curvature, direction, slopes }: PlanWeights, geometry: Geometry): void {
  const [n, m] = geometry.shape;
  if (alpha) requireLength(alpha, n, "plan: alpha");
  if (beta) requireLength(beta, m, "plan: beta");
  if (isGrid(geometry) && (slopes || direction)) {
    throw new InputError("plan: the points of a grid do not move; use pointCloud for slopes and directions of points");
  }
  if ((delta || curvature) && !direction) throw new InputError("plan: delta and curvature need a direction, got none");
  if (direction) checkDirection(direction, geometry);
}

function checkDirection(direction: CostDirection, { coordinates, shape: [n, m] }: Geometry): void {
  if (coordinates) {
    if (!("x" in direction))
      throw new InputError("plan: expected a direction { x, y } of the points, got one of the cost");
    const d = coordinates.x.shape[1];
    requireLength(direction.x, n * d, "plan: direction x");
    requireLength(direction.y, m * d, "plan: direction y");
  } else {
    if (!("cost" in direction)) throw new InputError("plan: expected a direction { cost } of the matrix, got points");
    requireLength(direction.cost, n * m, "plan: direction cost");
  }
}

function requireLength(values: Float64Array, length: number, name: string): void {
  if (values.length !== length) throw new InputError(`${name}: expected ${length} numbers, got ${values.length}`);
}

function requireRows(z: Float64Array, length: number, out: Float64Array, outLength: number): void {
  const rows = z.length / length;
  if (!Number.isInteger(rows) || rows < 1 || out.length !== rows * outLength) {
    throw new InputError(
      `plan: expected z [k, ${length}] and out [k, ${outLength}], got ${z.length} and ${out.length} numbers`,
    );
  }
}
