import { AXIS_MAPS } from "../layers/axis-matrices.ts";

/** Centres of `extent` cells that tile an axis of the given length, centred at zero. */
export function centres(extent: number, length: number): Float64Array {
  return Float64Array.from({ length: extent }, (_, index) => ((index + 0.5) / extent - 0.5) * length);
}

/** [extent, modes]: the first cosines at the centres, the first of them 1 and the others of mean square 1. */
export function cosinesOf(extent: number, modes: number): Float32Array {
  return AXIS_MAPS.analyse(extent, modes).map((value) => value * Math.sqrt(extent));
}

/** [extent, cells]: the share of each of `extent` cells that lies in each of `cells`; rows sum to one. */
export function pooling(extent: number, cells: number): Float32Array {
  const matrix = new Float32Array(extent * cells);
  for (let index = 0; index < extent; index++) {
    // in units of 1 / extent of a coarse cell, so that the ends of the interval are whole numbers
    const [begin, end] = [index * cells, (index + 1) * cells];
    for (let cell = Math.floor(begin / extent); cell * extent < end; cell++) {
      const overlap = Math.min(end, (cell + 1) * extent) - Math.max(begin, cell * extent);
      matrix[index * cells + cell] = overlap / cells;
    }
  }
  return matrix;
}

/** The Gibbs kernel between the centres of an axis [cells, cells]. */
export function axisKernel(cells: number, length: number, epsilon: number): Float32Array {
  return Float32Array.from({ length: cells ** 2 }, (_, index) => {
    const distance = ((Math.floor(index / cells) - (index % cells)) * length) / cells;
    return Math.exp(-(distance ** 2) / epsilon);
  });
}

/** y, x, yy, yx, xx at each point of a grid with these coordinates: [5, points]. */
export function monomialsOf(rows: Float64Array, columns: Float64Array): Float32Array {
  const points = rows.length * columns.length;
  return Float32Array.from({ length: 5 * points }, (_, entry) => {
    const point = entry % points;
    const [y, x] = [rows[Math.floor(point / columns.length)], columns[point % columns.length]];
    return [y, x, y * y, y * x, x * x][Math.floor(entry / points)];
  });
}
