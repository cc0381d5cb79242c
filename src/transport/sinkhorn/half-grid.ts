/** [outer, extent, inner] to [outer, ceil(extent / 2), inner]: sums of two neighbours, the last one alone where the extent is odd. */
export function halveAxis(values: Float64Array, extent: number, inner: number): Float64Array {
  const half = Math.ceil(extent / 2);
  const outer = values.length / (extent * inner);
  const out = new Float64Array(outer * half * inner);
  for (let block = 0; block < outer; block++) {
    for (let place = 0; place < extent; place++) {
      const [from, to] = [(block * extent + place) * inner, (block * half + (place >> 1)) * inner];
      for (let at = 0; at < inner; at++) out[to + at] += values[from + at];
    }
  }
  return out;
}

/**
 * [outer, half, inner] to [outer, extent, inner], linear between the middles of the blocks that `halveAxis` sums and continued beyond the
 * outermost ones.
 */
export function interpolateAxis(values: Float64Array, half: number, extent: number, inner: number): Float64Array {
  const outer = values.length / (half * inner);
  const out = new Float64Array(outer * extent * inner);
  for (let place = 0; place < extent; place++) {
    const along = (place - 0.5) / 2; // in blocks
    const left = Math.min(Math.max(Math.floor(along), 0), Math.max(half - 2, 0));
    const right = Math.min(left + 1, half - 1);
    const share = along - left;
    for (let block = 0; block < outer; block++) {
      const [from, beside] = [(block * half + left) * inner, (block * half + right) * inner];
      const to = (block * extent + place) * inner;
      for (let at = 0; at < inner; at++) out[to + at] = (1 - share) * values[from + at] + share * values[beside + at];
    }
  }
  return out;
}
