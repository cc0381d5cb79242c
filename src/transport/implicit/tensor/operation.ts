import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../../errors.ts";
import { epsilonOf } from "../../../geometry/geometry.ts";
import { exp, isRecorded } from "../../../tensor/differentiable.ts";
import { isOnHost } from "../../../tensor/placement.ts";
import { withoutGradient } from "../../../tensor/without-gradient.ts";
import { logMasses } from "../../histograms.ts";
import { chooseSinkhorn } from "../../sinkhorn/choose.ts";
import type { FixedRun, TensorKlPotentials } from "../../sinkhorn/engine.ts";
import { geometrySlopes } from "../slopes.ts";
import { solvedWith } from "../solved.ts";
import { recordedGradient } from "./recorded-gradient.ts";
import { balancedRule, type ValueRule } from "./rules.ts";
import { addTo, asTensors, rowsOfTensor, slopesInOrder, variablesOf, type Term } from "./terms.ts";

/**
 * `sum_k factor_k OT_k` [...] of histograms a [..., n] and b [..., m] after a fixed number of iterations: one operation for the tape, with
 * the gradient of the envelope theorem in a, b and the variables of the kernels. It saves its inputs and the potentials. A gradient of the
 * gradient is that of the converged problems, see `recordedGradient`.
 */
export function transportOperation(
  name: string,
  a: tf.Tensor,
  b: tf.Tensor,
  terms: readonly Term[],
  run: FixedRun,
  valueRule?: ValueRule,
): tf.Tensor {
  if (!isOnHost() && terms.some(({ kernel }) => kernel.variables)) return onDevice(name, a, b, terms, run);
  const rule = valueRule ?? balancedRule(terms); // it reads epsilon, which a device would wait for
  const tensors = [a, b, ...terms.flatMap(({ kernel }) => variablesOf(kernel))];
  const operation = tf.customGrad((...inputs) => {
    const given = inputs.slice(0, -1) as tf.Tensor[];
    const save = inputs.at(-1) as unknown as tf.GradSaveFunc;
    const potentials = tf.tidy(() =>
      terms.flatMap((term) => {
        const { fKL, gKL } = potentialsOf(term, given, run);
        return [fKL, gKL];
      }),
    );
    const value = tf.tidy(() => rule.value(given, potentials));
    save([...given, ...potentials]);
    tf.dispose(potentials);
    return {
      value,
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const kept = saved.slice(0, given.length);
        if (isRecorded()) {
          if (run.rho) throw secondOfUnbalancedRefused(name);
          return recordedGradient(name, dy, kept, terms);
        }
        return tf.tidy(() => directGradient(dy, kept, saved.slice(given.length), terms, rule));
      },
    };
  });
  return operation(...tensors);
}

function potentialsOf({ kernel, first, second }: Term, given: readonly tf.Tensor[], run: FixedRun): TensorKlPotentials {
  const engine = chooseSinkhorn(kernel, run.domain);
  if (first !== second) return engine.klPotentials({ a: given[first], b: given[second] }, run);
  const potential = engine.selfPotential(given[first], run);
  return { fKL: potential, gKL: tf.clone(potential) };
}

function directGradient(
  dy: tf.Tensor,
  given: readonly tf.Tensor[],
  potentials: readonly tf.Tensor[],
  terms: readonly Term[],
  rule: ValueRule,
): tf.Tensor[] {
  const slope = tf.expandDims(dy, -1);
  const masses = rule.massGradients(given, potentials).map((gradient) => tf.mul(slope, gradient));
  return [...masses, ...variableGradients(dy, given, potentials, terms, rule)];
}

/** Of the points, entries and epsilons of the kernels, summed over the pairs: float64 on the host, from the potentials. */
function variableGradients(
  dy: tf.Tensor,
  given: readonly tf.Tensor[],
  potentials: readonly tf.Tensor[],
  terms: readonly Term[],
  rule: ValueRule,
): tf.Tensor[] {
  const slopes = terms.some(({ kernel }) => kernel.variables) ? Float64Array.from(dy.dataSync()) : undefined;
  return terms.flatMap((term, index) => {
    const { kernel, factor, first, second } = term;
    const shapes = variablesOf(kernel).map(({ shape }) => shape);
    if (!slopes || shapes.length === 0) return [];
    const sums = shapes.map((shape) => new Float64Array(tf.util.sizeFromShape(shape)));
    const [rowsA, rowsB] = [rowsOfTensor(given[first]), rowsOfTensor(given[second])];
    const [fs, gs] = [rowsOfTensor(potentials[2 * index]), rowsOfTensor(potentials[2 * index + 1])];
    const { geometry, epsilon, variables } = kernel;
    const wanted = { slopes: Boolean(variables?.points ?? variables?.cost), epsilon: variables?.epsilon !== undefined };
    slopes.forEach((weight, pair) => {
      if (weight === 0) return;
      const solved = solvedWith({ a: rowsA[pair], b: rowsB[pair] }, geometry, { f: fs[pair], g: gs[pair], epsilon });
      const found = geometrySlopes(solved, wanted);
      const ofEpsilon = rule.ofEpsilon(rowsA[pair], rowsB[pair], term);
      const parts = slopesInOrder(kernel, { ...found, epsilon: found.epsilon + ofEpsilon });
      parts.forEach((part, at) => addTo(sums[at], part, weight * factor));
    });
    return asTensors(sums, shapes);
  });
}

/**
 * The same where values are not looked at: the dual value with its potentials held fixed, of which the tape's own gradient is that of the
 * envelope theorem. Second derivatives are refused.
 */
function onDevice(name: string, a: tf.Tensor, b: tf.Tensor, terms: readonly Term[], run: FixedRun): tf.Tensor {
  if (run.rho) {
    throw new InputError(
      `${name}: with rho, gradients in points, costs or epsilon need tensors in the host's memory (wasm, cpu, tensorflow); use ` +
        "sinkhornUnrolled on this backend",
    );
  }
  const given = [a, b];
  const values = terms.map((term) => {
    const { kernel, factor, first, second } = term;
    const [n] = kernel.shape;
    const constant = tf.customGrad(() => {
      const { fKL, gKL } = tf.tidy(() => ({ ...potentialsOf(term, [a, b], run) }));
      return { value: tf.concat([fKL, gKL], -1), gradFunc: () => [] };
    });
    const [f, g] = tf.split(constant(), [n, kernel.shape[1]], -1);
    const epsilon = epsilonOf(kernel);
    const [left, right] = [given[first], given[second]];
    const [heldLeft, heldRight] = [left, right].map((masses) => withoutGradient(masses, tf.clone));
    // The mass of P by the cost and epsilon alone. Its slope in the masses is one, at zero masses too, where it would be lost here.
    const rowLogs = tf.add(kernel.logApply(tf.add(tf.div(g, epsilon), logMasses(heldRight))), tf.div(f, epsilon));
    const planMass = tf.sum(tf.mul(heldLeft, exp(rowLogs)), -1);
    const changeOfMass = tf.sub(planMass, withoutGradient(planMass, tf.clone));
    const [totalA, totalB, heldB] = [left, right, heldRight].map((masses) => tf.sum(masses, -1));
    const excess = tf.sub(tf.add(tf.add(changeOfMass, totalA), tf.sub(totalB, heldB)), tf.mul(totalA, totalB));
    const potentials = tf.add(tf.sum(tf.mul(f, left), -1), tf.sum(tf.mul(g, right), -1));
    return tf.mul(tf.sub(potentials, tf.mul(excess, epsilon)), factor);
  });
  return onceDifferentiable(name, tf.addN(values));
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

function secondOfUnbalancedRefused(name: string): InputError {
  return new InputError(
    `${name}: has no second derivatives with rho; use sinkhornUnrolled, whose iterations have them`,
  );
}

function secondRefused(name: string): InputError {
  return new InputError(
    `${name}: second derivatives need tensors in the host's memory (wasm, cpu, tensorflow); use sinkhornUnrolled on this backend`,
  );
}
