import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../../errors.ts";
import { epsilonOf, type TensorKernel } from "../../../geometry/geometry.ts";
import { isRecorded } from "../../../tensor/differentiable.ts";
import { isOnHost } from "../../../tensor/placement.ts";
import { stackRows } from "../../../tensor/rows.ts";
import { requireBackend } from "../../../tensor/require-backend.ts";
import { checkPairShapes, hostMarginals, withMasses } from "../../histograms.ts";
import type { TensorPotentials } from "../../sinkhorn/engine.ts";
import type { SinkhornHostOptions } from "../../sinkhorn/host.ts";
import type { LinearOptions } from "../conjugate-gradients.ts";
import { pullBackPotentials } from "../linear-system.ts";
import { equationSlopes } from "../slopes.ts";
import { ratioApply, ratioApplyTranspose, requireConverged, solvePair, type SolvedBySinkhorn } from "../solved.ts";
import { balanced } from "../variables.ts";
import { addTo, asTensors, rowsOfTensor, slopesInOrder, variablesOf } from "./terms.ts";

/** Those of `sinkhornHost`, and of the linear system; epsilon is the kernel's. */
export type SinkhornImplicitOptions = Omit<SinkhornHostOptions, "epsilon" | "onIteration"> & LinearOptions;

/**
 * Converged potentials f [..., n] and g [..., m] of a and b, cost units, as functions of the masses and of what in the kernel is a tensor:
 * points, entries, epsilon. Solved in float64 on the host to `tolerance` (1e-9); what is made of them is differentiable in turn: the plan
 * (`planApply`, `barycentricProjection`), its cost (`planTransportCost`), a loss of the potentials. Of f + c, g - c those are taken where
 * fKL = f - epsilon log a and gKL have equal sums.
 *
 * The gradient is implicit: one linear system, solved by conjugate gradients on the plan as an operator, whose cost and memory do not
 * depend on the iterations; `sinkhornUnrolled` is the alternative, which has second derivatives too. Throws RunError where Sinkhorn or
 * the linear system does not converge, InputError for bad masses, on a backend of a device, and for second derivatives.
 */
export function sinkhornImplicit(
  a: tf.Tensor,
  b: tf.Tensor,
  kernel: TensorKernel,
  options: SinkhornImplicitOptions = {},
): TensorPotentials {
  requireBackend("sinkhornImplicit");
  checkPairShapes(a, b, kernel.shape);
  if (!isOnHost()) {
    throw new InputError(
      "sinkhornImplicit: solves in the host's memory (wasm, cpu, tensorflow); use sinkhornUnrolled on this backend",
    );
  }
  return tf.tidy(() => {
    const operation = tf.customGrad((...inputs) => {
      const given = inputs.slice(0, -1) as tf.Tensor[];
      (inputs.at(-1) as unknown as tf.GradSaveFunc)(given);
      const problems = solveRows(given, kernel, options);
      const gauged = problems.map(({ f, g }) => balanced(f, g));
      return {
        value: stackRows(
          gauged.flatMap((pair) => [pair.a, pair.b]),
          [...a.shape.slice(0, -1), kernel.shape[0] + kernel.shape[1]],
        ),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => pullBack(dy, saved, problems, kernel, options),
      };
    });
    const [fKL, gKL] = tf.split(operation(a, b, ...variablesOf(kernel)), [...kernel.shape], -1);
    const epsilon = epsilonOf(kernel);
    return { f: withMasses(fKL, a, epsilon), g: withMasses(gKL, b, epsilon) };
  });
}

function solveRows(
  [a, b]: readonly tf.Tensor[],
  { geometry, epsilon, shape }: TensorKernel,
  options: SinkhornImplicitOptions,
): SolvedBySinkhorn[] {
  const others = rowsOfTensor(b);
  return rowsOfTensor(a).map((masses, pair) => {
    const solved = solvePair(hostMarginals(masses, others[pair], shape), geometry, { ...options, epsilon });
    requireConverged(solved, "sinkhornImplicit");
    return solved;
  });
}

/** dy [..., n + m] to every input. */
function pullBack(
  dy: tf.Tensor,
  saved: readonly tf.Tensor[],
  problems: readonly SolvedBySinkhorn[],
  kernel: TensorKernel,
  options: LinearOptions,
): tf.Tensor[] {
  if (isRecorded()) {
    throw new InputError("sinkhornImplicit: has no second derivatives; use sinkhornUnrolled, or those of entropicCost");
  }
  const [n] = kernel.shape;
  const sums = saved.map(({ size }) => new Float64Array(size));
  const slopes = rowsOfTensor(dy);
  problems.forEach((problem, pair) => {
    const { a: f, b: g } = balanced(slopes[pair].slice(0, n), slopes[pair].slice(n));
    const { lambda, mu } = pullBackPotentials(problem, { f, g }, options);
    const ofRow = (slot: 0 | 1, of: Float64Array): void =>
      addTo(sums[slot].subarray(pair * of.length, (pair + 1) * of.length), of, -problem.epsilon);
    ofRow(0, ratioApply(problem, mu));
    ofRow(1, ratioApplyTranspose(problem, lambda));
    if (!kernel.variables) return;
    const parts = slopesInOrder(kernel, equationSlopes(problem, lambda, mu));
    parts.forEach((part, index) => addTo(sums[2 + index], part, 1));
  });
  return asTensors(
    sums,
    saved.map(({ shape }) => shape),
  );
}
