// The cosine cost is half the squared distance of directions x / |x|: what changes between points and their directions. Arrays
// hold rows of `d` numbers.

/** x / |x| */
export function directionsOf(points: Float64Array, d: number): Float64Array {
  const out = points.slice();
  for (let at = 0; at < out.length; at += d) {
    const length = Math.sqrt(inner(points, points, at, d));
    for (let axis = 0; axis < d; axis++) out[at + axis] /= length;
  }
  return out;
}

/** How directions move when points move along p: (p - e <e, p>) / |x|, e = x / |x|. Its own transpose, so it also pulls slopes back. */
export function throughDirections(points: Float64Array, along: Float64Array, d: number): Float64Array {
  const out = new Float64Array(points.length);
  for (let at = 0; at < out.length; at += d) {
    const square = inner(points, points, at, d);
    const share = inner(points, along, at, d) / square;
    const inverse = 1 / Math.sqrt(square);
    for (let axis = 0; axis < d; axis++) out[at + axis] = (along[at + axis] - points[at + axis] * share) * inverse;
  }
  return out;
}

/** out += factor * the change of what `throughDirections` makes of slopes, as points move along p. */
export function addChangeThroughDirections(
  points: Float64Array,
  along: Float64Array,
  slopes: Float64Array,
  d: number,
  factor: number,
  out: Float64Array,
): void {
  const moved = throughDirections(points, along, d);
  const pulled = throughDirections(points, slopes, d);
  for (let at = 0; at < out.length; at += d) {
    const square = inner(points, points, at, d);
    const growth = inner(points, along, at, d) / square; // |x|' / |x|
    const [radial, turning] = [inner(points, slopes, at, d), inner(moved, slopes, at, d)];
    for (let axis = 0; axis < d; axis++) {
      const turned = (moved[at + axis] * radial + points[at + axis] * turning) / square;
      out[at + axis] -= factor * (turned + growth * pulled[at + axis]);
    }
  }
}

function inner(x: Float64Array, y: Float64Array, at: number, d: number): number {
  let sum = 0;
  for (let axis = 0; axis < d; axis++) sum += x[at + axis] * y[at + axis];
  return sum;
}
