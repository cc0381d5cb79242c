import { serialization } from "@tensorflow/tfjs-core";
import type { Algebra } from "./algebra.ts";
import { FixedLayer } from "./fixed-layer.ts";

export interface AddLogMassConfig {
  readonly name?: string;
  readonly points: number;
}

/** Smallest mass whose logarithm is taken; Sinkhorn does not look at the potential where there is less. */
const SMALLEST_MASS = 1e-30;

/**
 * A sample [batch, 2 * points] and the KL form h = log(v / nu) of its log-scaling [batch, points] to log v itself,
 * h + log nu.
 */
export class AddLogMass extends FixedLayer<AddLogMassConfig> {
  static readonly className = "OtlearnAddLogMass";

  protected get width(): number {
    return this.config.points;
  }

  formula<T>(algebra: Algebra<T>, [sample, h]: readonly T[]): T {
    return addLogMass(algebra, sample, h, this.config.points);
  }
}
serialization.registerClass(AddLogMass);

/** h + log nu of samples (mu, nu) [batch, 2 * points]. */
export function addLogMass<T>(algebra: Algebra<T>, sample: T, h: T, points: number): T {
  const nu = algebra.columns(sample, points, points);
  return algebra.add(h, algebra.log(algebra.clip(nu, SMALLEST_MASS, 1)));
}
