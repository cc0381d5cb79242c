// Values of unbalanced transport as functions of tensors, with the gradients of the envelope theorem.
import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import { epsilonOf, type TensorKernel } from "../../geometry/geometry.ts";
import { isRecorded } from "../../tensor/differentiable.ts";
import { withoutGradient } from "../../tensor/without-gradient.ts";
import { logMasses } from "../histograms.ts";
import { chooseSinkhorn } from "./choose.ts";
import type { FixedRun, TensorKlPotentials } from "./engine.ts";
import type { Sides } from "./rho.ts";
import {
  divergenceGradient,
  massPenalized,
  unbalancedDivergenceValue,
  unbalancedGradients,
  unbalancedValue,
} from "./tensor-penalties.ts";

type UnbalancedRun = FixedRun & { readonly rho: Sides };

/** The unbalanced cost [...] of a [..., n] and b [..., m] after a fixed number of iterations. */
export function unbalancedCost(a: tf.Tensor, b: tf.Tensor, kernel: TensorKernel, run: UnbalancedRun): tf.Tensor {
  return withEnvelope(
    "entropicCost",
    a,
    b,
    (first, second) => {
      const potentials = chooseSinkhorn(kernel, run.domain).klPotentials({ a: first, b: second }, run);
      return {
        value: unbalancedValue(potentials, first, second, kernel.epsilon, run.rho),
        gradients: unbalancedGradients(potentials, first, second, kernel.epsilon, run.rho),
        plans: [{ kernel, factor: 1, masses: [0, 1], potentials }],
      };
    },
    [kernel],
    run.rho,
  );
}

/** The unbalanced divergence [...] (Sejourne et al. 2019); rho is one for both sides. */
export function unbalancedDivergence(
  a: tf.Tensor,
  b: tf.Tensor,
  { xy, xx, yy }: { readonly xy: TensorKernel; readonly xx: TensorKernel; readonly yy: TensorKernel },
  run: UnbalancedRun,
): tf.Tensor {
  const { epsilon } = xy;
  const rho = run.rho.a;
  const value = withEnvelope(
    "sinkhornDivergence",
    a,
    b,
    (first, second) => {
      const engineOf = (kernel: TensorKernel) => chooseSinkhorn(kernel, run.domain);
      const potentials = engineOf(xy).klPotentials({ a: first, b: second }, run);
      const [ofA, ofB] = [engineOf(xx).selfPotential(first, run), engineOf(yy).selfPotential(second, run)];
      const gradients: [tf.Tensor, tf.Tensor] = [
        divergenceGradient(potentials.fKL, ofA, rho, epsilon),
        divergenceGradient(potentials.gKL, ofB, rho, epsilon),
      ];
      return {
        // differences first, sums after: the three terms are each much larger than the divergence
        value: unbalancedDivergenceValue(gradients, potentials, [first, second], rho, epsilon),
        gradients,
        plans: [
          { kernel: xy, factor: 1, masses: [0, 1], potentials },
          { kernel: xx, factor: -0.5, masses: [0, 0], potentials: { fKL: ofA, gKL: ofA } },
          { kernel: yy, factor: -0.5, masses: [1, 1], potentials: { fKL: ofB, gKL: ofB } },
        ],
      };
    },
    [xy, xx, yy],
    run.rho,
  );
  const variable = xy.variables?.epsilon;
  if (!variable) return value;
  // epsilon (m_a - m_b)^2 / 2 is in the value; here is its derivative in epsilon
  return tf.tidy(() => {
    const ofTotals = tf.square(tf.sub(tf.sum(a, -1), tf.sum(b, -1)));
    const change = tf.mul(tf.sub(variable, withoutGradient(variable, tf.clone)), 0.5);
    return tf.add(value, tf.mul(withoutGradient(ofTotals, tf.clone), change));
  });
}

/** A plan that the value depends on through the cost and epsilon of its kernel. */
interface WeightedPlan {
  readonly kernel: TensorKernel;
  readonly factor: number;
  /** Which of the histograms it is between; 0 is a, 1 is b. */
  readonly masses: readonly [0 | 1, 0 | 1];
  readonly potentials: TensorKlPotentials;
}

interface Envelope {
  readonly value: tf.Tensor;
  readonly gradients: readonly [tf.Tensor, tf.Tensor];
  readonly plans: readonly WeightedPlan[];
}

/**
 * A value as a function of its masses and of the variables of its kernels, at potentials that are held: `value + <gradient, a - a> +
 * ...`, of which the tape's own gradient is that of the envelope theorem. Once: second derivatives are refused.
 */
function withEnvelope(
  name: string,
  a: tf.Tensor,
  b: tf.Tensor,
  solve: (a: tf.Tensor, b: tf.Tensor) => Envelope,
  kernels: readonly TensorKernel[],
  rho: Sides,
): tf.Tensor {
  const isVariable = kernels.some(({ variables }) => variables);
  if (!isVariable) return ofMasses(name, a, b, (first, second) => solve(first, second));
  return tf.tidy(() => {
    const [heldA, heldB] = [a, b].map((masses) => withoutGradient(masses, tf.clone));
    const solved = heldOf(() => solve(heldA, heldB));
    const value = ofMasses(name, a, b, () => solved);
    const changes = solved.plans
      .filter(({ kernel }) => kernel.variables)
      .map((plan) => planChange(plan, [heldA, heldB], rho));
    const sum = onceDifferentiable(name, tf.addN([value, ...changes]));
    tf.dispose(tensorsOf(solved));
    return sum;
  });
}

/** What is computed is not recorded; the caller disposes its tensors. */
function heldOf(solve: () => Envelope): Envelope {
  let solved: Envelope | undefined;
  tf.customGrad(() => {
    solved = solve();
    tensorsOf(solved).forEach((tensor) => tf.keep(tensor)); // an operation frees all but its output
    return { value: tf.clone(solved.value), gradFunc: () => [] };
  })();
  return solved!;
}

function tensorsOf({ value, gradients, plans }: Envelope): tf.Tensor[] {
  return [value, ...gradients, ...plans.flatMap(({ potentials: { fKL, gKL } }) => [fKL, gKL])];
}

function ofMasses(
  name: string,
  a: tf.Tensor,
  b: tf.Tensor,
  solve: (a: tf.Tensor, b: tf.Tensor) => Envelope,
): tf.Tensor {
  const operation = tf.customGrad((...inputs) => {
    const [first, second] = inputs as tf.Tensor[];
    const save = inputs[2] as tf.GradSaveFunc;
    const [value, ofA, ofB] = tf.tidy(() => {
      const solved = solve(first, second);
      return [solved.value, ...solved.gradients].map((tensor) => tf.clone(tensor));
    });
    save([ofA, ofB]);
    return {
      value,
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        if (isRecorded()) throw secondRefused(name);
        return saved.map((gradient) => tf.mul(tf.expandDims(dy, -1), gradient));
      },
    };
  });
  return operation(a, b);
}

/**
 * -epsilon (sum P - m_a m_b) less its value: zero, with the derivative in the cost and epsilon. The rows of P sum to a exp(-fKL /
 * rho.a), so they change by that times the change of their logarithms.
 */
function planChange(
  { kernel, factor, masses, potentials: { fKL, gKL } }: WeightedPlan,
  histograms: readonly tf.Tensor[],
  rho: Sides,
): tf.Tensor {
  const epsilon = epsilonOf(kernel);
  const [left, right] = masses.map((of) => histograms[of]);
  const rowLogs = tf.add(kernel.logApply(tf.add(tf.div(gKL, epsilon), logMasses(right))), tf.div(fKL, epsilon));
  const rows = massPenalized(fKL, left, rho.a);
  const change = tf.sum(tf.mul(rows, tf.sub(rowLogs, withoutGradient(rowLogs, tf.clone))), -1);
  const product = tf.mul(tf.sum(left, -1), tf.sum(right, -1));
  const excess = tf.mul(tf.add(change, tf.sub(tf.sum(rows, -1), product)), epsilon);
  return tf.mul(tf.sub(withoutGradient(excess, tf.clone), excess), factor);
}

/** x, whose gradient may not be differentiated. */
function onceDifferentiable(name: string, x: tf.Tensor): tf.Tensor {
  const operation = tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc(dy: tf.Tensor) {
      if (isRecorded()) throw secondRefused(name);
      return dy;
    },
  }));
  return operation(x);
}

function secondRefused(name: string): InputError {
  return new InputError(
    `${name}: unbalanced (rho), it has no second derivatives; differentiate sinkhornUnrolled twice`,
  );
}
