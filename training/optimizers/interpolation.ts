/** What is known about phi(t) = f(x + t d) at one step t. */
export interface Knot {
  readonly step: number;
  readonly value: number;
  /** phi'(step). */
  readonly slope: number;
}

export interface Interpolation {
  /** Where to look next. */
  readonly step: number;
  /** True if a minimiser is now known to lie between the two ends. */
  readonly brackets: boolean;
  /** Which end the trial replaces; "both": the trial becomes `best` and the old best becomes `other`. */
  readonly replaces: "best" | "other" | "both";
}

/** In a bracket, a step beyond the trial goes at most this part of the way to the other end. */
const REACH = 0.66;

/**
 * The next trial step from the two ends of the interval and the last trial: the four cases of Moré and Thuente (1994),
 * section 4, by how the trial compares with the best point. `bounds` limits steps beyond the trial; in a bracket they
 * are its ends.
 */
export function interpolate(
  best: Knot,
  other: Knot,
  trial: Knot,
  bracketed: boolean,
  bounds: { readonly least: number; readonly most: number },
): Interpolation {
  const farEnd = trial.step > best.step ? bounds.most : bounds.least;

  // Case 1, the trial is higher: a minimiser lies between. The cubic step if it is closer to the best point than the
  // quadratic one, else their mean.
  if (trial.value > best.value) {
    const cubic = best.step + (cubicFraction(best, trial) ?? 0.5) * (trial.step - best.step);
    const quadratic = quadraticMinimizer(best, trial);
    const cubicIsCloser = Math.abs(cubic - best.step) < Math.abs(quadratic - best.step);
    return { step: cubicIsCloser ? cubic : cubic + (quadratic - cubic) / 2, brackets: true, replaces: "other" };
  }

  // Case 2, lower, with a slope of the other sign: a minimiser lies between. The step farther from the trial.
  if (trial.slope * Math.sign(best.slope) < 0) {
    const cubic = trial.step + (cubicFraction(trial, best) ?? 0.5) * (best.step - trial.step);
    return { step: farther(trial.step, cubic, secantZero(best, trial)), brackets: true, replaces: "both" };
  }

  // Case 3, lower, with a flatter slope of the same sign: beyond the trial, if the cubic has a minimiser there.
  if (Math.abs(trial.slope) < Math.abs(best.slope)) {
    const fraction = cubicFraction(trial, best);
    const cubic = fraction !== undefined && fraction < 0 ? trial.step + fraction * (best.step - trial.step) : farEnd;
    const secant = secantZero(best, trial);
    if (!bracketed) {
      const step = Math.min(bounds.most, Math.max(bounds.least, farther(trial.step, cubic, secant)));
      return { step, brackets: false, replaces: "best" };
    }
    const closer = Math.abs(cubic - trial.step) < Math.abs(secant - trial.step) ? cubic : secant;
    const limit = trial.step + REACH * (other.step - trial.step);
    const step = trial.step > best.step ? Math.min(limit, closer) : Math.max(limit, closer);
    return { step, brackets: true, replaces: "best" };
  }

  // Case 4, lower and at least as steep: towards the other end, or as far as allowed.
  const step = bracketed ? trial.step + (cubicFraction(trial, other) ?? 0.5) * (other.step - trial.step) : farEnd;
  return { step, brackets: bracketed, replaces: "best" };
}

/**
 * Where the cubic through both values and slopes has its minimiser, as a fraction of the way from one knot to the other
 * (negative: before `from`); undefined if it has none.
 */
function cubicFraction(from: Knot, to: Knot): number | undefined {
  const theta = (3 * (from.value - to.value)) / (to.step - from.step) + from.slope + to.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(from.slope), Math.abs(to.slope)); // squares must not overflow
  const discriminant = (theta / scale) ** 2 - (from.slope / scale) * (to.slope / scale);
  if (!(discriminant > 0)) return undefined;
  const gamma = Math.sign(to.step - from.step) * scale * Math.sqrt(discriminant);
  return (gamma - from.slope + theta) / (gamma - from.slope + gamma + to.slope);
}

/** Minimiser of the parabola through both values and the slope at `from`. */
function quadraticMinimizer(from: Knot, to: Knot): number {
  const width = to.step - from.step;
  return from.step + (from.slope / ((from.value - to.value) / width + from.slope) / 2) * width;
}

/** Zero of the line through both slopes. */
function secantZero(from: Knot, to: Knot): number {
  return to.step + (to.slope / (to.slope - from.slope)) * (from.step - to.step);
}

function farther(from: number, a: number, b: number): number {
  return Math.abs(a - from) > Math.abs(b - from) ? a : b;
}
