import { interpolate, type Knot } from "./interpolation.ts";

/** A point on the line phi(t) = f(x + t d) with whatever the caller keeps beside. */
export interface Trial<P> extends Knot {
  readonly payload: P;
}

export interface LineSearchOptions {
  /** Sufficient decrease c1: phi(t) <= phi(0) + c1 t phi'(0). */
  readonly decrease: number;
  /** Curvature c2: |phi'(t)| <= c2 |phi'(0)|. */
  readonly curvature: number;
  /** First trial. */
  readonly initialStep: number;
  readonly maxEvaluations: number;
}

export interface LineSearchResult<P> {
  /** The accepted point; without Wolfe conditions the lowest one below phi(0); undefined if none is lower. */
  readonly point?: Trial<P>;
  /** True if the strong Wolfe conditions hold at `point`. */
  readonly wolfe: boolean;
  readonly evaluations: number;
}

/** Before a bracket is known, the next trial lies between these multiples of the last advance beyond it. */
const EXTRAPOLATION = { least: 1.1, most: 4 };
/** A bracket that two trials did not shrink by this factor is bisected. */
const SLOW_SHRINK = 0.66;
/** A trial that is not finite moves the next one back to this fraction of its advance over the best point. */
const RETREAT = 0.1;
/** A bracket narrower than this, relative to its end, is exhausted in float64. */
const NARROWEST = 1e-16;

/**
 * Line search for the strong Wolfe conditions: bracketing and safeguarded cubic interpolation.
 *
 * Source: J. Moré, D. Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM TOMS 20 (1994). Symbols:
 * `best` is alpha_l, `other` alpha_u, and until a point with sufficient decrease and a rising slope is seen, the interval
 * is steered by psi(t) = phi(t) - phi(0) - c1 t phi'(0) instead of phi (section 2).
 *
 * Values that are not finite count as a wall: nothing beyond them is tried. `start` is phi at 0 and needs a negative slope.
 */
export async function lineSearch<P>(
  probe: (step: number) => Promise<Trial<P>>,
  start: Knot,
  { decrease, curvature, initialStep, maxEvaluations }: LineSearchOptions,
): Promise<LineSearchResult<P>> {
  const tilt = decrease * start.slope;
  const toPsi = (knot: Knot): Knot => ({ ...knot, value: knot.value - knot.step * tilt, slope: knot.slope - tilt });
  let best = start;
  let other = start;
  let bracketed = false;
  let steerByPsi = true;
  let wall = Infinity;
  let [width, widthBefore] = [Infinity, Infinity];
  let step = initialStep;
  let lowest: Trial<P> | undefined;

  for (let evaluations = 1; evaluations <= maxEvaluations; evaluations++) {
    const trial = await probe(step);
    if (!Number.isFinite(trial.value) || !Number.isFinite(trial.slope)) {
      wall = step;
      step = best.step + RETREAT * (step - best.step);
      continue;
    }
    if (trial.value < (lowest?.value ?? start.value)) lowest = trial;

    const sufficient = trial.value <= start.value + trial.step * tilt;
    if (sufficient && trial === lowest && Math.abs(trial.slope) <= curvature * Math.abs(start.slope)) {
      return { point: trial, wolfe: true, evaluations };
    }
    if (sufficient && trial.slope >= 0) steerByPsi = false;

    const bounds = bracketed ? between(best, other) : beyond(best, trial);
    // psi only steers while the trial improves on `best` without sufficient decrease; otherwise phi is the better guide.
    const view = steerByPsi && trial.value <= best.value && !sufficient ? toPsi : (knot: Knot) => knot;
    const next = interpolate(view(best), view(other), view(trial), bracketed, bounds);

    if (next.replaces === "other") {
      other = trial;
    } else {
      if (next.replaces === "both") other = best;
      best = trial;
    }
    bracketed ||= next.brackets;
    step = next.step;

    if (bracketed) {
      const widthNow = Math.abs(other.step - best.step);
      if (widthNow >= SLOW_SHRINK * widthBefore) step = best.step + 0.5 * (other.step - best.step);
      [width, widthBefore] = [widthNow, width];
      if (width <= NARROWEST * Math.max(best.step, other.step)) return { point: lowest, wolfe: false, evaluations };
    } else if (step >= wall) {
      step = best.step + 0.5 * (wall - best.step);
    }
  }
  return { point: lowest, wolfe: false, evaluations: maxEvaluations };
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function between(a: Knot, b: Knot): Bounds {
  return { least: Math.min(a.step, b.step), most: Math.max(a.step, b.step) };
}

function beyond(best: Knot, trial: Knot): Bounds {
  const advance = trial.step - best.step;
  return { least: trial.step + EXTRAPOLATION.least * advance, most: trial.step + EXTRAPOLATION.most * advance };
}
