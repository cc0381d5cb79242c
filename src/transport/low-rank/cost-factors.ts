import { InputError } from "../../errors.ts";
import { isCloud, type Coordinates, type Geometry } from "../../geometry/geometry.ts";
import { directionsOf } from "../../geometry/point-directions.ts";

/** C times tall matrices, row-major: what the solver sees of a cost. */
export interface CostProducts {
  /** C z: [m, r] -> [n, r] */
  apply(z: Float64Array, r: number): Float64Array;
  /** C^T z: [n, r] -> [m, r] */
  applyTranspose(z: Float64Array, r: number): Float64Array;
}

/**
 * Squared Euclidean costs are `C = A B^T` with `A_i = (|x_i|^2, -2 x_i, 1)`, `B_j = (1, y_j, |y_j|^2)` (Scetbon, Cuturi and Peyre
 * 2021, section 3.5), cosine ones half of that for directions: products in O((n + m) r d). Other costs are applied as a matrix.
 * Throws InputError where that would be formed of too many pairs.
 */
export function costProducts(geometry: Geometry): CostProducts {
  const { coordinates, shape } = geometry;
  if (coordinates?.cost === "squared-euclidean" || coordinates?.cost === "cosine") return factored(coordinates);
  if (isCloud(geometry)) {
    throw new InputError(
      `low-rank Sinkhorn: the ${geometry.coordinates.cost} cost has no factors, so it needs its matrix; make the geometry with ` +
        `lazy: false, or take squared-euclidean or cosine`,
    );
  }
  const { data } = geometry.costMatrix();
  const [n, m] = shape;
  return {
    apply: (z, r) => product(data, n, m, z, r),
    applyTranspose: (z, r) => productOfTranspose(data, n, m, z, r),
  };
}

function factored({ x, y, cost }: Coordinates): CostProducts {
  const d = x.shape[1];
  const isCosine = cost === "cosine";
  const [first, second] = [x.data, y.data].map((points) => (isCosine ? directionsOf(points, d) : points));
  const centre = meanOf(first, d);
  const [factorA, factorB] = [factorOf(first, centre, isCosine ? 0.5 : 1, true), factorOf(second, centre, 1, false)];
  const [n, m, k] = [x.shape[0], y.shape[0], d + 2];
  return {
    apply: (z, r) => product(factorA, n, k, productOfTranspose(factorB, m, k, z, r), r),
    applyTranspose: (z, r) => product(factorB, m, k, productOfTranspose(factorA, n, k, z, r), r),
  };
}

function meanOf(points: Float64Array, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (let at = 0; at < points.length; at++) mean[at % d] += points[at];
  return mean.map((sum) => (sum * d) / points.length);
}

/** Rows (|p|^2, -2 p, 1) times `scale`, or (1, p, |p|^2), of points from a centre, which keeps digits. */
function factorOf(points: Float64Array, centre: Float64Array, scale: number, isFirst: boolean): Float64Array {
  const d = centre.length;
  const rows = new Float64Array((points.length / d) * (d + 2));
  for (let from = 0, to = 0; from < points.length; from += d, to += d + 2) {
    let square = 0;
    for (let axis = 0; axis < d; axis++) {
      const value = points[from + axis] - centre[axis];
      square += value * value;
      rows[to + 1 + axis] = isFirst ? -2 * scale * value : value;
    }
    rows[to] = isFirst ? scale * square : 1;
    rows[to + 1 + d] = isFirst ? scale : square;
  }
  return rows;
}

/** A z: [rows, columns] x [columns, r] -> [rows, r] */
function product(a: Float64Array, rows: number, columns: number, z: Float64Array, r: number): Float64Array {
  const out = new Float64Array(rows * r);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      const factor = a[at];
      for (let k = 0; k < r; k++) out[i * r + k] += factor * z[j * r + k];
    }
  }
  return out;
}

/** A^T z: [rows, columns]^T x [rows, r] -> [columns, r] */
function productOfTranspose(a: Float64Array, rows: number, columns: number, z: Float64Array, r: number): Float64Array {
  const out = new Float64Array(columns * r);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      const factor = a[at];
      for (let k = 0; k < r; k++) out[j * r + k] += factor * z[i * r + k];
    }
  }
  return out;
}
