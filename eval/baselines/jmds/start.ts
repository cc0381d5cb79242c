import { Matrix } from "ml-matrix";
import type { NdArray } from "../../../src/tensor/ndarray.ts";
import { Random } from "../../../src/tensor/random.ts";
import { leadingEigenvectors } from "../leading-eigenvectors.ts";
import { entropicCoupling, squaredCost, type Coupling } from "./coupling.ts";
import { procrustes, randomOrthogonal, rotated } from "./procrustes.ts";
import { guttmanTransform, type Configuration } from "./smacof.ts";

/** Steps of SMACOF after which a set by itself has settled to what its alignment needs. */
const OWN_STEPS = 50;
/** Alternations of coupling and rotation from each start. */
const ALTERNATIONS = 5;

/** One set by itself: classical scaling (Torgerson 1952), then SMACOF. Centred points [n, d]. */
export function ownEmbedding({ shape: [count], data: dissimilarities }: NdArray<Float64Array>, dimension: number) {
  let points = classicalScaling(dissimilarities, count, dimension);
  for (let step = 0; step < OWN_STEPS; step++) {
    ({ points } = guttmanTransform({ points, dissimilarities, count, dimension }));
  }
  return { points, dissimilarities, count, dimension } satisfies Configuration;
}

/** The leading eigenvectors of -1/2 J D^2 J, each times the root of its value; zeros where the values are not positive. */
function classicalScaling(dissimilarities: Float64Array, count: number, dimension: number): Float64Array {
  const squared = Matrix.from1DArray(count, count, dissimilarities).apply(function square(this: Matrix, i, j) {
    this.set(i, j, -0.5 * this.get(i, j) ** 2);
  });
  const centred = squared.subColumnVector(squared.mean("row"));
  centred.subRowVector(centred.mean("column"));
  const { values, vectors } = leadingEigenvectors(centred, dimension);
  const points = new Float64Array(count * dimension);
  vectors.forEach((vector, axis) => {
    const scale = Math.sqrt(Math.max(0, values[axis]));
    for (let i = 0; i < count; i++) points[i * dimension + axis] = scale * vector[i];
  });
  return points;
}

/**
 * Wasserstein Procrustes (Grave et al. 2019) from several random orthogonal maps: alternates the coupling of x R and y with the
 * best R for it, and keeps the R of least regularised cost. It has many local optima; mirror images are the usual ones.
 */
export function alignedStart(
  x: Configuration,
  y: Configuration,
  epsilon: number,
  starts: number,
  seed: number,
): { readonly points: Float64Array; readonly coupling: Coupling } {
  const { dimension } = x;
  const random = Random.fromSeed(seed);
  const tries = Array.from({ length: starts }, () => {
    let points = rotated(x.points, randomOrthogonal(dimension, random));
    let coupling = entropicCoupling(points, y.points, dimension, epsilon);
    for (let alternation = 0; alternation < ALTERNATIONS; alternation++) {
      points = rotated(points, procrustes(points, coupling.ofSecond(y.points), dimension));
      coupling = entropicCoupling(points, y.points, dimension, epsilon, coupling.potential);
    }
    return { points, coupling, cost: squaredCost(points, y.points, dimension, coupling) + epsilon * coupling.kl };
  });
  return tries.reduce((best, other) => (other.cost < best.cost ? other : best));
}
