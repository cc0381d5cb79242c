import type { ApproximatorSpec } from "./approximator.ts";
import { GAUSSIAN_FEATURES } from "./layers/gaussian.ts";

/**
 * Shapes of the weights of `buildApproximator(spec)` by their names, known without building it: what a file must hold, to be
 * compared before a network of any size is made.
 */
export function weightShapes(spec: ApproximatorSpec): ReadonlyMap<string, readonly number[]> {
  const isDense = spec.network === "dense";
  const points = spec.extent ** 2;
  const shapes = new Map<string, readonly number[]>();
  const dense = (name: string, inputs: number, units: number): number => {
    shapes.set(`${name}/kernel`, [inputs, units]).set(`${name}/bias`, [units]);
    return units;
  };
  let width = isDense ? 2 * points : spectralInputs(spec);
  spec.widths.forEach((units, index) => {
    const name = `hidden${index + 1}`;
    width = dense(name, width, units);
    if (!isDense) return;
    for (const statistic of ["gamma", "beta", "moving_mean", "moving_variance"]) {
      shapes.set(`${name}-norm/${statistic}`, [units]);
    }
  });
  dense("output", width, isDense ? points : spec.modes.output ** 2);
  return shapes;
}

/** Spectra of both marginals, the Gaussian features, and the spectra of what an iteration changed. */
function spectralInputs({ modes, gaussian, iteration }: ApproximatorSpec): number {
  const spectra = 2 * modes.input ** 2;
  return spectra + (gaussian ? GAUSSIAN_FEATURES : 0) + (gaussian && iteration ? spectra : 0);
}
