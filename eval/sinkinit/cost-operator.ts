import type { Geometry } from "../../src/geometry/geometry.ts";
import type { GridGeometry } from "../../src/geometry/grid.ts";

/** (K * C) x, C entrywise: the transport cost of scalings u, v is <u, (K * C) v>. `out` may not be `x`. */
export type CostOperator = (x: Float64Array, out: Float64Array) => Float64Array;

/** On a square grid a sum of two products of one-dimensional matrices, else dense. */
export function costOperator(geometry: Geometry, epsilon: number): CostOperator {
  return geometry.kind === "grid" && isSquare(geometry as GridGeometry)
    ? separable(geometry as GridGeometry, epsilon)
    : dense(geometry, epsilon);
}

function isSquare({ size, spacing }: GridGeometry): boolean {
  return size.length === 2 && size[0] === size[1] && spacing[0] === spacing[1];
}

function separable({ size: [extent], spacing: [spacing] }: GridGeometry, epsilon: number): CostOperator {
  const kernel = new Float64Array(extent * extent);
  const cost = new Float64Array(extent * extent);
  for (let index = 0; index < kernel.length; index++) {
    const squared = ((Math.floor(index / extent) - (index % extent)) * spacing) ** 2;
    kernel[index] = Math.exp(-squared / epsilon);
    cost[index] = kernel[index] * squared;
  }
  const alongRows = [kernel, cost].map(() => new Float64Array(extent * extent));
  return (x, out) => {
    multiply(x, kernel, alongRows[0], extent);
    multiply(x, cost, alongRows[1], extent);
    out.fill(0);
    accumulateColumns(cost, alongRows[0], out, extent);
    accumulateColumns(kernel, alongRows[1], out, extent);
    return out;
  };
}

/** out = X M, with M symmetric. */
function multiply(x: Float64Array, matrix: Float64Array, out: Float64Array, extent: number): void {
  for (let row = 0; row < extent; row++) {
    for (let column = 0; column < extent; column++) {
      let sum = 0;
      for (let k = 0; k < extent; k++) sum += x[row * extent + k] * matrix[column * extent + k];
      out[row * extent + column] = sum;
    }
  }
}

/** out += M X */
function accumulateColumns(matrix: Float64Array, x: Float64Array, out: Float64Array, extent: number): void {
  for (let row = 0; row < extent; row++) {
    for (let k = 0; k < extent; k++) {
      const weight = matrix[row * extent + k];
      for (let column = 0; column < extent; column++) out[row * extent + column] += weight * x[k * extent + column];
    }
  }
}

function dense(geometry: Geometry, epsilon: number): CostOperator {
  const [n, m] = geometry.shape;
  const matrix = geometry.costMatrix().data.map((cost) => cost * Math.exp(-cost / epsilon));
  return (x, out) => {
    for (let row = 0; row < n; row++) {
      let sum = 0;
      for (let column = 0; column < m; column++) sum += matrix[row * m + column] * x[column];
      out[row] = sum;
    }
    return out;
  };
}
