/** Maps of one grid axis, [from, to] row-major, that the layers apply to both axes of an image. */
export type AxisMap = (from: number, to: number) => Float32Array;

export const AXIS_MAPS = {
  /** Values on `from` points to their first `to` cosine coefficients. */
  analyse: (from, to) => transpose(cosines(to, from), from),
  /** The first `from` cosine coefficients to values on `to` points: the adjoint of `analyse`. */
  synthesise: (from, to) => cosines(from, to),
  /** Linear interpolation between pixel centres, the outermost values continued to the edge. */
  resize: (from, to) => transpose(interpolation(from, to), from),
} as const satisfies Readonly<Record<string, AxisMap>>;

export type AxisMapName = keyof typeof AXIS_MAPS;

/** The first `modes` vectors of the orthonormal cosine basis (DCT-II) on `extent` points, as rows [modes, extent]. */
function cosines(modes: number, extent: number): Float32Array {
  return Float32Array.from({ length: modes * extent }, (_, index) => {
    const mode = Math.floor(index / extent);
    const angle = (Math.PI * mode * ((index % extent) + 0.5)) / extent;
    return Math.sqrt((mode === 0 ? 1 : 2) / extent) * Math.cos(angle);
  });
}

/** [to, from]: row i holds the weights of the two nearest of `from` values at pixel centre i. */
function interpolation(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let target = 0; target < to; target++) {
    const at = Math.min(Math.max(((target + 0.5) * from) / to - 0.5, 0), from - 1);
    const left = Math.min(Math.floor(at), from - 1);
    const right = Math.min(left + 1, from - 1);
    matrix[target * from + left] += 1 - (at - left);
    matrix[target * from + right] += at - left;
  }
  return matrix;
}

function transpose(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return matrix.map((_, index) => matrix[(index % rows) * columns + Math.floor(index / rows)]);
}
