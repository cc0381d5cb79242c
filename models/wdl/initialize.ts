import { kmeans } from "ml-kmeans";
import { OptionError } from "../../src/errors.ts";
import { rowsOf } from "../../src/tensor/ndarray.ts";
import type { Random } from "../../src/tensor/random.ts";
import { initialWeights, squaredDistance, type InitWeightsName } from "./initial-weights.ts";
import { softmax, type RowMap } from "./simplex.ts";

export const INIT_NAMES = ["constant", "samples", "kmeans"] as const;
export type InitName = (typeof INIT_NAMES)[number];

/** Free variables to start from: logits alpha [S, N] of the atoms and beta [M, S] of the weights. */
export interface InitialLogits {
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
}

interface Shape {
  readonly atoms: number;
  readonly pixels: number;
}

/** Lead of a data point's own atom over the others, and the noise that tells equal points apart. */
const OWN_ATOM_LOGIT = 2;
const NOISE = 0.1;

/**
 * First atoms and weights for the data [M, N].
 *
 * `constant`: uniform atoms and standard normal logits of the weights, as in the paper. `samples`: atoms are data points
 * drawn without repetition. `kmeans`: atoms are the centroids of the data points. The latter two lean each point's
 * weights towards its nearest atom; they reach in 20 iterations what `constant` may never reach, since the problem has
 * many local minima. They need as many data points as atoms; throws OptionError for fewer.
 */
export function initialLogits(init: InitName, data: Float64Array, shape: Shape, random: Random): InitialLogits {
  checkInit(init, data.length / shape.pixels, shape.atoms);
  return INITIALISERS[init](data, shape, random);
}

/** What is given in place of what `initialLogits` makes. */
export interface GivenStart {
  /** Atoms [S, N], rows of mass one. */
  readonly atoms?: Float64Array | undefined;
  /** Weights [M, S], rows of sum one; or the rule that makes them. */
  readonly weights?: Float64Array | InitWeightsName | undefined;
}

/**
 * The same with given atoms, weights or a rule for the weights. Rules look at the atoms, or at the centroids of the data where atoms are
 * `constant` and so all alike.
 */
export function givenLogits(
  init: InitName,
  given: GivenStart,
  data: Float64Array,
  shape: Shape & { readonly weightMap: RowMap },
  random: Random,
): InitialLogits {
  const { atoms: count, pixels, weightMap } = shape;
  const made = given.atoms ? fromAtoms(rowsOf(given.atoms, pixels), rowsOf(data, pixels), random) : undefined;
  const { alpha, beta } = made ?? initialLogits(init, data, shape, random);
  const { weights } = given;
  if (weights === undefined) return { alpha, beta };
  if (typeof weights !== "string") return { alpha, beta: weightMap.inverse(weights, count) };
  const areAlike = !made && init === "constant" && weights !== "order";
  const looked = areAlike ? initialLogits("kmeans", data, shape, random).alpha : alpha;
  const rows = initialWeights(weights, data, softmax.forward(looked, pixels), shape);
  return { alpha, beta: weightMap.inverse(rows, count) };
}

/** Throws OptionError where atoms are to be made of fewer data points than there are atoms. */
export function checkInit(init: InitName, points: number, atoms: number, given: GivenStart = {}): void {
  const { weights } = given;
  if (given.atoms === undefined && (weights === "nearest" || weights === "projection") && points < atoms) {
    const detail = `expected at least ${atoms} data points for ${weights} (one an atom), got ${points}; use order`;
    throw new OptionError("initWeights", detail);
  }
  if (given.atoms === undefined && init !== "constant" && points < atoms) {
    const detail = `expected at least ${atoms} data points for ${init} (one an atom), got ${points}; use constant`;
    throw new OptionError("init", detail);
  }
}

type Initialiser = (data: Float64Array, shape: Shape, random: Random) => InitialLogits;

const INITIALISERS: Readonly<Record<InitName, Initialiser>> = {
  constant(data, { atoms, pixels }, random) {
    const beta = random.fill((data.length / pixels) * atoms, () => random.normal());
    return { alpha: new Float64Array(atoms * pixels), beta };
  },

  samples(data, { atoms, pixels }, random) {
    const rows = rowsOf(data, pixels);
    const chosen = Array.from(random.permutation(rows.length).subarray(0, atoms), (index) => rows[index]);
    return fromAtoms(chosen, rows, random);
  },

  kmeans(data, { atoms, pixels }, random) {
    const rows = rowsOf(data, pixels);
    const plain = rows.map((row) => Array.from(row));
    const { centroids } = kmeans(plain, atoms, { seed: random.integer(2 ** 31), initialization: "kmeans++" });
    return fromAtoms(centroids, rows, random);
  },
};

function fromAtoms(atoms: readonly ArrayLike<number>[], rows: readonly Float64Array[], random: Random): InitialLogits {
  const pixels = rows[0].length;
  const flat = new Float64Array(atoms.length * pixels);
  atoms.forEach((atom, index) => flat.set(atom, index * pixels));
  const beta = rows.flatMap((row) => {
    const distances = atoms.map((atom) => squaredDistance(row, atom));
    const nearest = distances.indexOf(Math.min(...distances));
    return distances.map((_, index) => (index === nearest ? OWN_ATOM_LOGIT : 0) + NOISE * random.normal());
  });
  return { alpha: softmax.inverse(flat, pixels), beta: Float64Array.from(beta) };
}
