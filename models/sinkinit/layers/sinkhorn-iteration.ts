import { serialization } from "@tensorflow/tfjs-core";
import type { Algebra } from "./algebra.ts";
import { alongBothAxes, FixedLayer } from "./fixed-layer.ts";

export interface SinkhornIterationConfig {
  readonly name?: string;
  readonly extent: number;
  readonly epsilon: number;
}

/** Smallest K x, and smallest mass, that are told from zero; the network has to cope with what float32 does not hold. */
const SMALLEST = 1e-30;

/** Changes beyond this many units of epsilon say no more than this. */
const MOST_CHANGE = 20;

/**
 * One Sinkhorn iteration for squared Euclidean costs on the unit square: a sample (mu, nu) [batch, 2 * points] and a
 * start h = log(v / nu) [batch, points] to three images [batch, 3 * points]: h after the iteration (mean zero), what the
 * iteration changed in h (mean zero under nu), and what the next one will change in log(u / mu) (mean zero under mu). The
 * changes are the residual from which a network can tell where the iteration is heading.
 */
export class SinkhornIteration extends FixedLayer<SinkhornIterationConfig> {
  static readonly className = "OtlearnSinkhornIteration";

  protected get width(): number {
    return 3 * this.config.extent ** 2;
  }

  formula<T>(algebra: Algebra<T>, [sample, start]: readonly T[]): T {
    const points = this.config.extent ** 2;
    const mu = algebra.columns(sample, 0, points);
    const nu = algebra.columns(sample, points, points);
    const f = this.#half(algebra, nu, start);
    const h = this.#half(algebra, mu, f);
    const next = this.#half(algebra, nu, h);
    return algebra.concat([
      algebra.sub(h, algebra.mean(h)),
      change(algebra, h, start, nu),
      change(algebra, next, f, mu),
    ]);
  }

  /** -log(K (masses exp(potential))), up to a constant a row. */
  #half<T>(algebra: Algebra<T>, masses: T, potential: T): T {
    const { extent, epsilon } = this.config;
    const kernel = algebra.constant("kernel", extent, () => gibbs(extent, epsilon));
    const logs = algebra.add(potential, algebra.log(algebra.clip(masses, SMALLEST, 1)));
    const shifted = algebra.sub(logs, algebra.maxWithoutGradient(logs));
    const size = [extent, extent] as const;
    const sums = alongBothAxes(algebra, algebra.exp(shifted), [kernel, kernel], size, size);
    return algebra.mul(algebra.log(algebra.clip(sums, SMALLEST, Number.MAX_SAFE_INTEGER)), -1);
  }
}
serialization.registerClass(SinkhornIteration);

/** The one-dimensional kernel of the unit interval [extent, extent]. */
function gibbs(extent: number, epsilon: number): Float32Array {
  return Float32Array.from({ length: extent ** 2 }, (_, index) => {
    const distance = (Math.floor(index / extent) - (index % extent)) / (extent - 1);
    return Math.exp(-(distance ** 2) / epsilon);
  });
}

/** after - before with mean zero under the masses, bounded. */
export function change<T>(algebra: Algebra<T>, after: T, before: T, masses: T): T {
  const difference = algebra.sub(after, before);
  const mean = algebra.sum(algebra.mul(masses, difference));
  return algebra.clip(algebra.sub(difference, mean), -MOST_CHANGE, MOST_CHANGE);
}
