import type { Metrics, StepContext, StepOutcome, Task } from "../task.ts";
import type { Evaluated, UpdateRule } from "./algorithms.ts";
import { changeOf, type Change } from "./changes.ts";
import { effectiveDimension } from "./effective-dimension.ts";
import { beginHalf, pairNumber, type Half } from "./half-iteration.ts";
import { OTHER_SIDE, type BySide, type Side } from "./sides.ts";
import { SliceEvaluator } from "./slices.ts";
import { loadState, saveState } from "./state-tree.ts";
import type { GroundMetricState } from "./state.ts";
import { largestEntry, startMatrix } from "./symmetric-matrix.ts";

export interface GroundMetricSettings {
  /** Name of the task. */
  readonly name: string;
  readonly sides: BySide<Side>;
  /** Weight of the regulariser. */
  readonly tau: number;
  /**
   * Whether tau is multiplied by the largest entry of the ground cost, which makes the maps homogeneous (Huizing et al. 2022,
   * equation 2), or not (Algorithms 2 and 3).
   */
  readonly homogeneous: boolean;
  readonly rule: UpdateRule;
  /** First scales of the rule: alpha and beta, or guesses of the singular values. */
  readonly scales: BySide<number>;
  /** What the rule's scales are called in the metrics. @default they are not shown */
  readonly scaleNames?: BySide<string>;
  /** Share of the pairs that an update evaluates, in (0, 1]. */
  readonly share: number;
  readonly iterations: number;
  /** Stop once the Hilbert metric between successive iterates is at or below this for both matrices. */
  readonly tolerance: number;
  /** Stop once the regulariser makes up this share of the distances between samples. @default never */
  readonly mostRegularizer?: number;
  /** Stop once the distances between samples spread over fewer dimensions (see `effectiveDimension`). @default never */
  readonly leastDimension?: number;
  /** Seconds that a part of an iteration should take, between which the loop may save and stop. @default 0.25 */
  readonly sliceSeconds?: number;
  /** Dear metrics of the current matrices, given from outside. */
  readonly evaluate?: (state: GroundMetricState) => Promise<Metrics>;
}

/**
 * Fixed points `A = F(B)`, `B = G(A)` of maps between ground costs and distances as a task of the training loop. A step is
 * one iteration, first A from B, then B from the new A; it is cut into slices of pairs, between which the loop shows
 * progress, saves and stops.
 */
export function groundMetricTask(settings: GroundMetricSettings): Task<GroundMetricState> {
  const { sides, share, evaluate } = settings;
  const slices = new SliceEvaluator(settings.sliceSeconds);

  async function step(state: GroundMetricState, context: StepContext): Promise<StepOutcome<GroundMetricState>> {
    const { side } = state.half;
    const other = OTHER_SIDE[side];
    const weight = settings.tau * (settings.homogeneous ? largestEntry(state[other]) : 1);
    const { half, clamped, secondsLeft } = await slices.next(state.half, sides[side], state[other], weight);
    const pairs = half.values.length;
    const note = `${side}: ${half.done} of ${pairs} pairs, ${Math.ceil(secondsLeft)} s left`;
    context.progress(fractionDone(half), note);
    const advanced = { ...state, half, clamped: state.clamped + clamped };
    if (half.done < pairs) return { state: advanced, metrics: {}, unfinished: true };

    const { map, regularizer } = sides[side];
    const evaluated = { values: half.values, diagonal: map.diagonal, list: half.list };
    const { matrix, scale, factor } = settings.rule(state[side], evaluated, state.scales[side], context.step);
    const change = changeOf(state[side], evaluated, factor);
    const next: GroundMetricState = {
      ...advanced,
      [side]: matrix,
      scales: { ...state.scales, [side]: scale },
      half: beginHalf(other, sides[other].count, share, context.random),
      featureChange: side === "features" ? change : undefined,
    };
    if (side === "features") return { state: next, metrics: {}, unfinished: true };

    const metrics = metricsOf(settings, next, [state.featureChange!, change], {
      ...(regularizer && weight > 0 && { regularizer: shareOf(regularizer, weight, evaluated) }),
    });
    return { state: next, metrics, done: reasonToStop(settings, metrics) };
  }

  return {
    name: settings.name,
    steps: settings.iterations,
    async init(random) {
      const { features, samples } = sides;
      return {
        features: startMatrix(features.map.form, features.count),
        samples: startMatrix(samples.map.form, samples.count),
        scales: settings.scales,
        half: beginHalf("features", features.count, share, random),
        clamped: 0,
      };
    },
    step,
    ...(evaluate ? { evaluate } : {}),
    save: (state) => saveState(state, sides),
    load: (tree) => loadState(tree, sides),
    dispose() {
      for (const { map } of [sides.features, sides.samples]) map.dispose?.();
    },
  };
}

/** Both halves count the same, however long each takes. */
function fractionDone({ side, done, values }: Half): number {
  return (done / values.length + (side === "features" ? 0 : 1)) / 2;
}

function metricsOf(
  { scaleNames, homogeneous }: GroundMetricSettings,
  { features, samples, scales, clamped }: GroundMetricState,
  changes: readonly Change[],
  extra: Metrics,
): Metrics {
  const hilbert = Math.max(...changes.map((change) => change.hilbert));
  return {
    ...(scaleNames && { [scaleNames.features]: scales.features, [scaleNames.samples]: scales.samples }),
    ...(homogeneous ? {} : { largestFeatures: largestEntry(features), largestSamples: largestEntry(samples) }),
    residual: Math.max(...changes.map((change) => change.residual)),
    ...(Number.isFinite(hilbert) ? { hilbert } : {}), // infinite where an entry has become zero, or was zero
    ...(samples.form === "distance" && { dimension: effectiveDimension(samples) }),
    ...extra,
    clamped,
  };
}

/** How much of the values comes from the regulariser. */
function shareOf(regularizer: Float64Array, weight: number, { values, list }: Evaluated): number {
  let added = 0;
  let total = 0;
  for (let position = 0; position < values.length; position++) {
    added += weight * regularizer[pairNumber(list, position)];
    total += values[position];
  }
  return total > 0 ? added / total : 0;
}

function reasonToStop(
  { tolerance, mostRegularizer = Infinity, leastDimension = 0 }: GroundMetricSettings,
  { hilbert = Infinity, regularizer = 0, dimension = Infinity }: Metrics,
): string | undefined {
  if (hilbert <= tolerance) return `converged: the Hilbert metric between iterates is ${hilbert.toExponential(1)}`;
  if (dimension < leastDimension) return `distances between samples spread over ${dimension.toFixed(1)} dimensions`;
  if (regularizer < mostRegularizer) return undefined;
  return `the regulariser makes up ${(100 * regularizer).toFixed(0)}% of the distances between samples`;
}
