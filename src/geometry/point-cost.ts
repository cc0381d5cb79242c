import type { PointCost } from "./geometry.ts";

/**
 * A cost c(x, y) = c(y, x) of two points of `d` coordinates, with its derivatives. Points and directions are rows of arrays: x is
 * `x[i .. i + d]`, y is `y[j .. j + d]`, and a direction (p, q) lies at the same places of p and q. `out` [d] is overwritten.
 */
export interface PointCostRule {
  readonly cost: (x: Float64Array, i: number, y: Float64Array, j: number, d: number) => number;
  /** dC/dx; zero where C has a kink. That in y is the slope with x and y exchanged. */
  readonly slope: (x: Float64Array, i: number, y: Float64Array, j: number, d: number, out: Float64Array) => void;
  /** The derivative of dC/dx as x moves along p and y along q; zero where C has a kink. */
  readonly curvature: (
    x: Float64Array,
    i: number,
    y: Float64Array,
    j: number,
    d: number,
    p: Float64Array,
    q: Float64Array,
    out: Float64Array,
  ) => void;
}

function squaredDistance(x: Float64Array, i: number, y: Float64Array, j: number, d: number): number {
  let sum = 0;
  for (let axis = 0; axis < d; axis++) sum += (x[i + axis] - y[j + axis]) ** 2;
  return sum;
}

const squaredEuclidean: PointCostRule = {
  cost: squaredDistance,
  slope(x, i, y, j, d, out) {
    for (let axis = 0; axis < d; axis++) out[axis] = 2 * (x[i + axis] - y[j + axis]);
  },
  curvature(_x, i, _y, j, d, p, q, out) {
    for (let axis = 0; axis < d; axis++) out[axis] = 2 * (p[i + axis] - q[j + axis]);
  },
};

const euclidean: PointCostRule = {
  cost: (x, i, y, j, d) => Math.sqrt(squaredDistance(x, i, y, j, d)),
  slope(x, i, y, j, d, out) {
    const distance = Math.sqrt(squaredDistance(x, i, y, j, d));
    const inverse = distance > 0 ? 1 / distance : 0;
    for (let axis = 0; axis < d; axis++) out[axis] = (x[i + axis] - y[j + axis]) * inverse;
  },
  // r = x - y, e = p - q: (e - r <r, e> / |r|^2) / |r|
  curvature(x, i, y, j, d, p, q, out) {
    const square = squaredDistance(x, i, y, j, d);
    const inverse = square > 0 ? 1 / Math.sqrt(square) : 0;
    let along = 0;
    for (let axis = 0; axis < d; axis++) along += (x[i + axis] - y[j + axis]) * (p[i + axis] - q[j + axis]);
    for (let axis = 0; axis < d; axis++) {
      const radial = (x[i + axis] - y[j + axis]) * along * inverse * inverse;
      out[axis] = (p[i + axis] - q[j + axis] - radial) * inverse;
    }
  },
};

const manhattan: PointCostRule = {
  cost(x, i, y, j, d) {
    let sum = 0;
    for (let axis = 0; axis < d; axis++) sum += Math.abs(x[i + axis] - y[j + axis]);
    return sum;
  },
  slope(x, i, y, j, d, out) {
    for (let axis = 0; axis < d; axis++) out[axis] = Math.sign(x[i + axis] - y[j + axis]);
  },
  curvature(_x, _i, _y, _j, d, _p, _q, out) {
    out.fill(0, 0, d);
  },
};

function inner(x: Float64Array, i: number, y: Float64Array, j: number, d: number): number {
  let sum = 0;
  for (let axis = 0; axis < d; axis++) sum += x[i + axis] * y[j + axis];
  return sum;
}

/** 1 - <x, y> / (|x| |y|), as half the squared distance of the directions x / |x| and y / |y|, which keeps its digits near 0. */
const cosine: PointCostRule = {
  cost(x, i, y, j, d) {
    const ofX = 1 / Math.sqrt(inner(x, i, x, i, d));
    const ofY = 1 / Math.sqrt(inner(y, j, y, j, d));
    let sum = 0;
    for (let axis = 0; axis < d; axis++) sum += (x[i + axis] * ofX - y[j + axis] * ofY) ** 2;
    return sum / 2;
  },
  // (cos x / |x| - y / |y|) / |x|
  slope(x, i, y, j, d, out) {
    const ofX = 1 / Math.sqrt(inner(x, i, x, i, d));
    const ofY = 1 / Math.sqrt(inner(y, j, y, j, d));
    const cos = inner(x, i, y, j, d) * ofX * ofY;
    for (let axis = 0; axis < d; axis++) out[axis] = (cos * x[i + axis] * ofX - y[j + axis] * ofY) * ofX;
  },
  curvature(x, i, y, j, d, p, q, out) {
    const ofX = 1 / Math.sqrt(inner(x, i, x, i, d));
    const ofY = 1 / Math.sqrt(inner(y, j, y, j, d));
    const cos = inner(x, i, y, j, d) * ofX * ofY;
    const growthX = inner(x, i, p, i, d) * ofX * ofX; // |x|' / |x|
    const growthY = inner(y, j, q, j, d) * ofY * ofY;
    const cosChange = (inner(p, i, y, j, d) + inner(x, i, q, j, d)) * ofX * ofY - cos * (growthX + growthY);
    for (let axis = 0; axis < d; axis++) {
      const [unitX, unitY] = [x[i + axis] * ofX, y[j + axis] * ofY];
      const changeX = p[i + axis] * ofX - unitX * growthX;
      const changeY = q[j + axis] * ofY - unitY * growthY;
      out[axis] = (cosChange * unitX + cos * changeX - changeY - growthX * (cos * unitX - unitY)) * ofX;
    }
  },
};

/** Costs of points by name. */
export const POINT_COSTS: Readonly<Record<PointCost, PointCostRule>> = {
  "squared-euclidean": squaredEuclidean,
  euclidean,
  manhattan,
  cosine,
};
