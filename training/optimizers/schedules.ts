/** Learning rate (or any step factor) of step t = 0, 1, 2, ...; a plain function, so that schedules compose. */
export type Schedule = (step: number) => number;

/** The same rate at every step. */
export function constant(rate: number): Schedule {
  return () => rate;
}

/** rate * factor^t. */
export function exponentialDecay(rate: number, factor: number): Schedule {
  return (step) => rate * factor ** step;
}

/** Half a cosine from `rate` at t = 0 down to `final` at t = `steps` and after. @param final 0 by default */
export function cosineDecay(rate: number, steps: number, final = 0): Schedule {
  return (step) => final + (rate - final) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, step / steps)));
}

/** rate / sqrt(1 + t): the decreasing step of stochastic approximation. */
export function inverseSquareRoot(rate: number): Schedule {
  return (step) => rate / Math.sqrt(1 + step);
}

/** Rises linearly over the first `steps` steps to the first rate of `schedule`, which then begins. */
export function warmUp(steps: number, schedule: Schedule): Schedule {
  return (step) => (step < steps ? (schedule(0) * (step + 1)) / (steps + 1) : schedule(step - steps));
}

/** A number stands for the constant schedule. */
export function toSchedule(rate: number | Schedule): Schedule {
  return typeof rate === "number" ? constant(rate) : rate;
}
