import { normalizeRows, type Dictionary } from "../dictionary.ts";
import { barycenterInputs } from "../factors.ts";
import type { WdlProblem } from "../objective.ts";
import { anchorsFor, fitEncoder, inverseCurvature, predictWeights, type Encoder } from "./encoder.ts";
import { minimizeEach, type EachMinimum } from "./minimize-each.ts";
import { pointObjective } from "./point-objective.ts";

/** How hard encodings are looked for. */
export interface EncodeOptions {
  /** Most evaluations of a data point, loss and gradient. @default 30 */
  readonly evaluations?: number;
  /** A point ends where its next step promises less than this share of its loss. @default 1e-4 */
  readonly tolerance?: number;
  /** Where encodings start, from `fittedEncoder` or a checkpoint. @default equal weights */
  readonly encoder?: Encoder | undefined;
  /** Weights [M, S] to start from, positive, in place of the encoder's. */
  readonly start?: Float64Array;
  /** W2^2 of the problem's locality [M, S] where they are known. @default they are computed */
  readonly costs?: Float64Array | undefined;
  readonly signal?: AbortSignal;
}

/** Encodings, and what they cost. */
export interface Encodings extends Omit<EachMinimum, "x"> {
  /** [M, S] */
  readonly weights: Float64Array;
}

/**
 * Barycentric weights of the problem's data under fixed atoms: each point's own minimum of its loss, by its own quasi-Newton
 * steps from where the encoder puts it.
 */
export async function encode({ atoms, problem }: Dictionary, options: EncodeOptions = {}): Promise<Encodings> {
  const { evaluations = 30, tolerance = 1e-4, encoder, signal } = options;
  const { term, pixels, weightMap, locality } = problem;
  const count = problem.atoms;
  const points = term.data.length / pixels;
  const equal = () => new Float64Array(points * count).fill(1 / count);
  const start = options.start ?? (encoder ? predictWeights(encoder, term.data) : equal());
  const costs = options.costs ?? (await locality?.costs(term.data, atoms))?.costs;
  const { x, ...found } = await minimizeEach(
    pointObjective(problem, atoms, costs, signal),
    weightMap.inverse(start, count),
    count,
    {
      evaluations,
      tolerance,
      ...(encoder && {
        inverseCurvature: (free) => inverseCurvature(encoder, weightMap, weightMap.forward(free, count)),
      }),
    },
  );
  return { weights: weightMap.forward(x, count), ...found };
}

/** Data points whose curvature is averaged, and the change of a weight that it is measured by. */
const CURVATURE_POINTS = 24;
const CHANGE = 1e-3;

/** An encoder from the problem's data and their encodings [M, S]; the first ones where there are more than it takes. */
export async function fittedEncoder(problem: WdlProblem, atoms: Float64Array, weights: Float64Array): Promise<Encoder> {
  const { term, pixels } = problem;
  const count = Math.min(weights.length / problem.atoms, anchorsFor(pixels));
  const known = weights.slice(0, count * problem.atoms);
  const curvature = await meanCurvature(problem, atoms, known);
  return fitEncoder(term.data.slice(0, count * pixels), known, problem.atoms, curvature);
}

/**
 * The same from the atoms and weights alone, where the data of the weights are not at hand: the barycenters stand for them. Its starts
 * are farther off, as real data are no barycenters.
 */
export async function encoderOfBarycenters(
  problem: WdlProblem,
  atoms: Float64Array,
  weights: Float64Array,
): Promise<Encoder> {
  const count = Math.min(weights.length / problem.atoms, anchorsFor(problem.pixels));
  const known = weights.slice(0, count * problem.atoms);
  const barycenters = await problem.operator.barycenters(barycenterInputs(problem, { atoms, weights: known }));
  const data = normalizeRows(barycenters, problem.pixels);
  return fittedEncoder({ ...problem, term: problem.term.of(data) }, atoms, known);
}

/** The mean over some points of d^2 loss / d lambda^2 [S, S], by differences of gradients. */
async function meanCurvature(
  { term, operator, pixels, ...problem }: WdlProblem,
  atoms: Float64Array,
  weights: Float64Array,
) {
  const count = problem.atoms;
  const points = Math.min(CURVATURE_POINTS, weights.length / count);
  const curvature = new Float64Array(count * count);
  for (let s = 0; s < count; s++) {
    const gradients: Float64Array[] = [];
    for (const sign of [1, -1]) {
      // towards the atom: the weights keep their sum
      const moved = weights.slice(0, points * count).map((weight, index) => {
        return weight + sign * CHANGE * ((index % count === s ? 1 : 0) - weight);
      });
      const data = term.data.subarray(0, points * pixels);
      const inputs = barycenterInputs({ pixels, operator }, { atoms, weights: moved });
      gradients.push((await operator.lossAndGradient(inputs, term.of(data))).gradient.weights);
    }
    for (let index = 0; index < points * count; index++) {
      const slope = (gradients[0][index] - gradients[1][index]) / (2 * CHANGE * points);
      curvature[s * count + (index % count)] += slope;
    }
  }
  return symmetric(curvature, count);
}

function symmetric(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((value, index) => (value + matrix[(index % size) * size + Math.floor(index / size)]) / 2);
}
