import type { Random } from "../../src/tensor/random.ts";
import { product, type Couplings } from "./couplings.ts";
import { iterateAt, NOTHING, type Iterate } from "./iterate.ts";
import type { EmbedProblem } from "./problem.ts";

/**
 * Independent couplings, with the same random masses on the target for both images. The first step sorts points by how far they
 * are from the others; with one tilt X and Y are sorted to the same side, where with two they often end as each other's mirror
 * image, which is a local optimum. Equal masses would be a saddle of symmetric targets, from which only rounding leads away.
 */
export function randomStart(problem: EmbedProblem, random: Random): Iterate {
  const masses = randomMasses(problem.target.metric.points, random);
  return independentStart(problem, masses, masses);
}

/** The start whose images of X and Y have these masses [nz]. */
export function independentStart(problem: EmbedProblem, imageX: Float64Array, imageY: Float64Array): Iterate {
  const couplings: Couplings = {
    xz: product(problem.x.weights, imageX),
    zz: product(imageX, imageY),
    zy: product(imageY, problem.y.weights),
  };
  const masses = [problem.x.weights, imageX, imageY, problem.y.weights];
  return iterateAt(problem, couplings, { ...NOTHING, entropy: masses.reduce((sum, of) => sum + klToUniform(of), 0) });
}

/** sum p log(p n) */
function klToUniform(masses: Float64Array): number {
  return masses.reduce((sum, mass) => sum + (mass > 0 ? mass * Math.log(mass * masses.length) : 0), 0);
}

/** Positive, of sum one. */
export function randomMasses(count: number, random: Random): Float64Array {
  const masses = random.fill(count, () => 1 - random.uniform()); // never zero
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}
