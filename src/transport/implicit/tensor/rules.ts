import * as tf from "@tensorflow/tfjs-core";
import {
  divergenceGradient,
  unbalancedDivergence,
  unbalancedGradients,
  unbalancedValue,
} from "../../sinkhorn/tensor-penalties.ts";
import { totalOf } from "../../histograms.ts";
import type { Sides } from "../../sinkhorn/rho.ts";
import type { Term } from "./terms.ts";

/** What a value and its gradients in the masses are, at the potentials fKL and gKL of its terms, one after the other. */
export interface ValueRule {
  /** [...] */
  value(masses: readonly tf.Tensor[], potentials: readonly tf.Tensor[]): tf.Tensor;
  /** [..., n] and [..., m] */
  massGradients(masses: readonly tf.Tensor[], potentials: readonly tf.Tensor[]): [ofA: tf.Tensor, ofB: tf.Tensor];
  /** What the slope in the epsilon of a term's kernel has besides KL(P | a b^T), for one pair and divided by the term's factor. */
  ofEpsilon(a: Float64Array, b: Float64Array, term: Term): number;
}

/** Sums of balanced problems: dual values, whose sum of P is the first marginal's, which is exact. */
export function balancedRule(terms: readonly Term[]): ValueRule {
  return {
    value(masses, potentials) {
      const [ofA, ofB] = potentialSums(masses, potentials, terms);
      const [a, b] = masses;
      const products = tf.add(tf.sum(tf.mul(ofA, a), -1), tf.sum(tf.mul(ofB, b), -1));
      return tf.add(products, massCorrection(terms, tf.sum(a, -1), tf.sum(b, -1)));
    },

    massGradients(masses, potentials) {
      let [ofA, ofB] = potentialSums(masses, potentials, terms);
      const [n, m] = [masses[0].shape.at(-1)!, masses[1].shape.at(-1)!];
      // epsilon (M - 1): what the gradient has besides the potential; it is zero for histograms that sum to one
      for (const { kernel, factor, first, second } of terms) {
        const excess = (of: tf.Tensor): tf.Tensor => tf.mul(tf.sub(tf.sum(of, -1, true), 1), factor * kernel.epsilon);
        for (const [side, other] of [
          [first, second],
          [second, first],
        ]) {
          if (side === 0) ofA = tf.add(ofA, excess(masses[other]));
          else ofB = tf.add(ofB, excess(masses[other]));
        }
      }
      // the constant between them, as in `balanced`
      const shift = tf.div(tf.sub(tf.sum(ofA, -1, true), tf.sum(ofB, -1, true)), n + m);
      return [tf.sub(ofA, shift), tf.add(ofB, shift)];
    },

    ofEpsilon: () => 0,
  };
}

/** Sums of the potentials that go with a and with b. Differences before sums over points: the terms are much larger than they. */
function potentialSums(
  [a, b]: readonly tf.Tensor[],
  potentials: readonly tf.Tensor[],
  terms: readonly Term[],
): [tf.Tensor, tf.Tensor] {
  const sums: [tf.Tensor | undefined, tf.Tensor | undefined] = [undefined, undefined];
  terms.forEach(({ factor, first, second }, index) => {
    for (const [side, of] of [first, second].entries()) {
      const part = tf.mul(potentials[2 * index + side], factor);
      const sum = sums[of];
      sums[of] = sum ? tf.add(sum, part) : part;
    }
  });
  return [sums[0] ?? tf.zerosLike(a), sums[1] ?? tf.zerosLike(b)];
}

/** epsilon M (M - 1) of each term: what the value has besides potentials; the sum of P is the first marginal's, which is exact. */
function massCorrection(terms: readonly Term[], totalA: tf.Tensor, totalB: tf.Tensor): tf.Tensor {
  const totals = [totalA, totalB];
  const corrections = terms.map(({ kernel, factor, first, second }) =>
    tf.mul(tf.mul(totals[first], tf.sub(totals[second], 1)), factor * kernel.epsilon),
  );
  return tf.addN(corrections);
}

/** The cost with penalties of the marginals, one term. */
export function unbalancedCostRule(epsilon: number, rho: Sides): ValueRule {
  return {
    value: ([a, b], [fKL, gKL]) => unbalancedValue({ fKL, gKL }, a, b, epsilon, rho),
    massGradients: ([a, b], [fKL, gKL]) => unbalancedGradients({ fKL, gKL }, a, b, epsilon, rho),
    ofEpsilon: () => 0,
  };
}

/** The unbalanced divergence: terms (a, b), (a, a), (b, b), and epsilon (m_a - m_b)^2 / 2. */
export function unbalancedDivergenceRule(epsilon: number, rho: number): ValueRule {
  const gradients = (potentials: readonly tf.Tensor[]): [tf.Tensor, tf.Tensor] => [
    divergenceGradient(potentials[0], potentials[2], rho, epsilon),
    divergenceGradient(potentials[1], potentials[4], rho, epsilon),
  ];
  return {
    value: ([a, b], potentials) =>
      unbalancedDivergence(gradients(potentials), { fKL: potentials[0], gKL: potentials[1] }, [a, b], rho, epsilon),
    massGradients: (_, potentials) => gradients(potentials),
    ofEpsilon: (a, b, { first, second }) => (first === second ? 0 : (totalOf(a) - totalOf(b)) ** 2 / 2),
  };
}
