import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../../errors.ts";
import type { TensorKernel } from "../../../geometry/geometry.ts";
import { isRecorded } from "../../../tensor/differentiable.ts";
import { isOnHost } from "../../../tensor/placement.ts";
import { stackRows } from "../../../tensor/rows.ts";
import { requireBackend } from "../../../tensor/require-backend.ts";
import { checkMasses, totalOf } from "../../histograms.ts";
import { pullBackBarycenter, solveBarycenter, type ImplicitBarycenterOptions } from "../barycenter.ts";
import { addTo, asTensors, rowsOfTensor, slopesInOrder, variablesOf } from "./terms.ts";

/** What float32 rounds away of a sum of weights. */
const ROUNDING = 1e-5;

/**
 * Converged entropic barycenters [B, m] of atoms [S, n] with weights [B, S] >= 0 whose rows sum to one, under a kernel [n, m], as functions
 * of atoms, weights (along directions of sum zero) and what in the kernel is a tensor. Solved in float64 on the host, an implicit gradient:
 * one linear system a barycenter by conjugate gradients on the plans as operators, whatever the iterations. `barycenterComposed` is the
 * alternative, which has second derivatives. Throws RunError where iterations or the system do not converge, InputError for bad masses or
 * weights, on a backend of a device, and for second derivatives.
 */
export function barycenterImplicit(
  problem: { readonly kernel: TensorKernel; readonly atoms: tf.Tensor2D; readonly weights: tf.Tensor2D },
  options: ImplicitBarycenterOptions = {},
): tf.Tensor2D {
  requireBackend("barycenterImplicit");
  const { kernel, atoms, weights } = problem;
  if (!isOnHost()) {
    throw new InputError(
      "barycenterImplicit: solves in the host's memory (wasm, cpu, tensorflow); use barycenterComposed on this backend",
    );
  }
  const [n, m] = kernel.shape;
  if (atoms.shape[1] !== n || weights.shape[1] !== atoms.shape[0]) {
    throw new InputError(
      `barycenterImplicit: expected atoms [S, ${n}] and weights [B, S], got [${atoms.shape.join(", ")}] and ` +
        `[${weights.shape.join(", ")}]`,
    );
  }
  const operation = tf.customGrad((...inputs) => {
    const given = inputs.slice(0, -1) as tf.Tensor[];
    (inputs.at(-1) as unknown as tf.GradSaveFunc)(given);
    const solved = solveAll(kernel, given, options);
    return {
      value: stackRows(
        solved.map(({ barycenter }) => barycenter),
        [solved.length, m],
      ),
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        if (isRecorded()) {
          throw new InputError("barycenterImplicit: has no second derivatives; use barycenterComposed for them");
        }
        const sums = saved.map(({ size }) => new Float64Array(size));
        const slopes = rowsOfTensor(dy);
        const count = atoms.shape[0];
        solved.forEach((one, row) => {
          const found = pullBackBarycenter(one, slopes[row], options);
          found.atoms.forEach((part, s) => addTo(sums[0].subarray(s * n, (s + 1) * n), part, 1));
          addTo(sums[1].subarray(row * count, (row + 1) * count), found.weights, 1);
          const parts = slopesInOrder(kernel, found);
          parts.forEach((part, index) => addTo(sums[2 + index], part, 1));
        });
        return asTensors(
          sums,
          saved.map(({ shape }) => shape),
        );
      },
    };
  });
  return operation(atoms, weights, ...variablesOf(kernel)) as tf.Tensor2D;
}

function solveAll(kernel: TensorKernel, [atoms, weights]: readonly tf.Tensor[], options: ImplicitBarycenterOptions) {
  const { geometry, epsilon, shape } = kernel;
  const rows = rowsOfTensor(atoms).map((masses, s) => {
    const total = checkMasses(masses, shape[0], `of atom ${s}`);
    if (Math.abs(total - 1) > ROUNDING)
      throw new InputError(`barycenterImplicit: atom ${s} sums to ${total}, expected 1`);
    return masses.map((mass) => mass / total);
  });
  return rowsOfTensor(weights).map((row, index) => {
    const total = totalOf(row);
    if (!(Math.abs(total - 1) <= ROUNDING) || row.some((weight) => weight < 0)) {
      throw new InputError(
        `barycenterImplicit: expected weights >= 0 of sum one, got [${row.join(", ")}] in row ${index}`,
      );
    }
    const shares = row.map((weight) => weight / total);
    return solveBarycenter(geometry, epsilon, rows, shares, options);
  });
}
