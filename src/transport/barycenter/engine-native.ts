import type { Geometry } from "../../geometry/geometry.ts";
import { ndarray, rowOf, sizeOf, type NdArray } from "../../tensor/ndarray.ts";
import type { BarycenterInputs, BarycenterOutput, BarycenterOutputs, DataTerm, HostEngine } from "./engine.ts";
import { LINEAR_LOSS, nativePlan } from "./native/plan.ts";
import { logScalingShape, type ResolvedOptions } from "./options.ts";
import { PIECE_SECONDS } from "./pieces.ts";
import { checkInputs, checkShape, onlyPoint, requireFixed, type CheckedInputs } from "./problem.ts";

/** Losses that the native kernels compute themselves. */
const FUSED_LOSSES: Readonly<Record<string, number>> = { tv: 0, quadratic: 1, kl: 2 };

/**
 * The contract by the native kernels; data points that leave their range are computed by `rest`. Rounding of the float32
 * barycenters is about 1e-6 times the sum of |lambda_s|: more where weights are far below zero. Undefined where the kernels
 * are absent or do not cover the case, see `nativePlan`.
 */
export function nativeEngine(
  geometry: Geometry,
  options: ResolvedOptions,
  rest: HostEngine,
  pieceSeconds = PIECE_SECONDS,
): HostEngine | undefined {
  const plan = nativePlan(geometry, options, { pieceSeconds });
  if (!plan) return undefined;
  const pixels = geometry.shape[0];

  /** Gradients of a loss, with the losses: natively, then of the points left by what `restOf` makes of them. */
  function* gradients(
    inputs: CheckedInputs,
    targets: Float64Array,
    loss: number,
    restOf: (point: number, inputs: BarycenterInputs<NdArray>) => ReturnType<HostEngine["pullBack"]>,
  ) {
    const { atoms, weights } = inputs;
    const gradientAtoms = new Float64Array(atoms.data.length);
    const gradientWeights = new Float64Array(weights.data.length);
    const losses = new Float64Array(weights.shape[0]);
    for (const point of yield* plan!.run(inputs, { loss, targets, losses, gradientAtoms, gradientWeights })) {
      const one = yield* restOf(point, onlyPoint(inputs, point));
      for (let i = 0; i < gradientAtoms.length; i++) gradientAtoms[i] += one.atoms.data[i];
      gradientWeights.set(one.weights.data, point * one.weights.data.length);
    }
    return {
      atoms: ndarray(gradientAtoms, atoms.shape),
      weights: ndarray(gradientWeights, weights.shape),
      losses: ndarray(losses, [losses.length]),
    };
  }

  function* fused(inputs: CheckedInputs, term: DataTerm, loss: number) {
    const losses = new Map<number, number>();
    const found = yield* gradients(inputs, term.data, loss, function* (point, only) {
      const evaluate: DataTerm["evaluate"] = (_, p, gradient) => term.evaluate(point, p, gradient);
      const one = yield* rest.lossAndGradient(only, { ...term, evaluate })!;
      losses.set(point, one.losses.data[0]);
      return one;
    });
    for (const [point, value] of losses) found.losses.data[point] = value;
    return found;
  }

  return {
    place: "host",
    name: `native float32 (${plan.detail})`,
    options,
    bytes: plan.bytes,

    *forward<W extends BarycenterOutput>(inputs: BarycenterInputs<NdArray>, wanted: readonly W[]) {
      const checked = checkInputs(geometry, inputs, options);
      const [points, count] = checked.weights.shape;
      const shapes = {
        barycenters: [points, pixels],
        logScalings: logScalingShape(options, points, count, pixels),
        errors: [points],
        iterations: [points],
      };
      const wants = (output: BarycenterOutput) => wanted.includes(output as W);
      // a look at the errors takes half an iteration more
      const looks = options.tolerance > 0 || wants("errors") || wants("iterations");
      const arrays = {
        barycenters: wants("barycenters") ? new Float64Array(points * pixels) : undefined,
        logScalings: wants("logScalings") ? new Float32Array(sizeOf(shapes.logScalings)) : undefined,
        errors: looks ? new Float64Array(points) : undefined,
        iterations: looks ? new Float64Array(points) : undefined,
      };
      const { iterations: iterationsDone, ...others } = arrays;
      for (const point of yield* plan.run(checked, { ...others, iterationsDone })) {
        const one = yield* rest.forward(onlyPoint(checked, point), wanted);
        for (const output of wanted) arrays[output]!.set(one[output].data, point * one[output].data.length);
      }
      const found = wanted.map((output) => [output, ndarray(arrays[output]!, shapes[output])]);
      return Object.fromEntries(found) as Pick<BarycenterOutputs<NdArray>, W>;
    },

    *pullBack(inputs, slopes) {
      requireFixed(options);
      const checked = checkInputs(geometry, inputs, options);
      checkShape("gradient", slopes.shape, [checked.weights.shape[0], pixels]);
      const targets = Float64Array.from(slopes.data);
      return yield* gradients(checked, targets, LINEAR_LOSS, (point, only) =>
        rest.pullBack(only, ndarray(rowOf(targets, pixels, point), [1, pixels])),
      );
    },

    lossAndGradient(inputs, term) {
      requireFixed(options);
      const loss = FUSED_LOSSES[term.name];
      return loss === undefined ? undefined : fused(checkInputs(geometry, inputs, options), term, loss);
    },

    dispose: () => undefined,
  };
}
