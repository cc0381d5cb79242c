/** Learning rate of step t = 0, 1, 2, ... */
export type Schedule = (step: number) => number;

/** rate * factor^t. */
export function exponentialDecay(rate: number, factor: number): Schedule {
  return (step) => rate * factor ** step;
}

/** Half a cosine from `rate` at t = 0 down to 0 at t = `steps` and after. */
export function cosineDecay(rate: number, steps: number): Schedule {
  return (step) => rate * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, step / steps)));
}
