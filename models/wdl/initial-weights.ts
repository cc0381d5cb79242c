import { rowOf } from "../../src/tensor/ndarray.ts";

export const INIT_WEIGHTS_NAMES = ["nearest", "projection", "order"] as const;
export type InitWeightsName = (typeof INIT_WEIGHTS_NAMES)[number];

interface Shape {
  /** S */
  readonly atoms: number;
  /** N */
  readonly pixels: number;
}

/** First weights [M, S] are moved by this share towards equal ones: at the edge of the simplex their gradients vanish. */
const EVEN_SHARE = 0.1;
/** Of accelerated projected gradients, on a problem of S variables. */
const ITERATIONS = 500;

/**
 * First weights [M, S] of data [M, N] for atoms [S, N]. `nearest`: nine tenths on the atom nearest to the data point. `projection`: the
 * point of the atoms' convex hull nearest to it (least squares). `order`: data points stand on the polyline from the first atom to the
 * last at equal distances, as the paper starts from the wavelengths of its point spread functions (Schmitz et al. 2018, section 5.1).
 */
export function initialWeights(
  name: InitWeightsName,
  data: Float64Array,
  atoms: Float64Array,
  shape: Shape,
): Float64Array {
  const { atoms: count, pixels } = shape;
  const points = data.length / pixels;
  const rule = RULES[name](atoms, shape, points);
  const weights = new Float64Array(points * count);
  for (let point = 0; point < points; point++) {
    const row = rule(rowOf(data, pixels, point), point);
    for (let s = 0; s < count; s++) weights[point * count + s] = (1 - EVEN_SHARE) * row[s] + EVEN_SHARE / count;
  }
  return weights;
}

type Rule = (x: Float64Array, point: number) => Float64Array;

const RULES: Readonly<Record<InitWeightsName, (atoms: Float64Array, shape: Shape, points: number) => Rule>> = {
  nearest(atoms, { atoms: count, pixels }) {
    return (x) => {
      const distances = Array.from({ length: count }, (_, s) => squaredDistance(x, rowOf(atoms, pixels, s)));
      return corner(distances.indexOf(Math.min(...distances)), count);
    };
  },

  projection(atoms, { atoms: count, pixels }) {
    const row = (s: number) => rowOf(atoms, pixels, s);
    const gram = Float64Array.from({ length: count * count }, (_, at) =>
      dot(row(Math.floor(at / count)), row(at % count)),
    );
    return (x) =>
      simplexLeastSquares(
        gram,
        Float64Array.from({ length: count }, (_, s) => dot(row(s), x)),
      );
  },

  order:
    (_, { atoms: count }, points) =>
    (_x, point) => {
      const place = points === 1 ? 0 : (point / (points - 1)) * (count - 1);
      const before = Math.min(Math.floor(place), Math.max(0, count - 2));
      const out = corner(before, count);
      if (count > 1) {
        out[before] = 1 - (place - before);
        out[before + 1] = place - before;
      }
      return out;
    },
};

/** The weights w on the simplex with the smallest w.G w / 2 - c.w, for G [S, S] and c [S]. */
function simplexLeastSquares(gram: Float64Array, linear: Float64Array): Float64Array {
  const count = linear.length;
  let trace = 0;
  for (let s = 0; s < count; s++) trace += gram[s * count + s];
  let weights = new Float64Array(count).fill(1 / count);
  let ahead = weights;
  let momentum = 1;
  for (let k = 0; k < ITERATIONS; k++) {
    const next = ontoSimplex(ahead.map((value, s) => value - (dot(rowOf(gram, count, s), ahead) - linear[s]) / trace));
    const later = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    ahead = next.map((value, s) => value + ((momentum - 1) / later) * (value - weights[s]));
    [weights, momentum] = [next, later];
  }
  return weights;
}

/** The nearest point of the simplex: entries less a threshold, none below 0 (Duchi et al. 2008). */
function ontoSimplex(values: Float64Array): Float64Array<ArrayBuffer> {
  const sorted = values.toSorted().reverse();
  let [sum, threshold] = [0, 0];
  for (let k = 0; k < sorted.length; k++) {
    sum += sorted[k];
    const candidate = (sum - 1) / (k + 1);
    if (sorted[k] > candidate) threshold = candidate;
  }
  return Float64Array.from(values, (value) => Math.max(0, value - threshold));
}

function corner(atom: number, count: number): Float64Array {
  const out = new Float64Array(count);
  out[atom] = 1;
  return out;
}

export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] - b[index]) ** 2;
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index] * b[index];
  return sum;
}
