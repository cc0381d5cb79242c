import { OptionError } from "../../src/errors.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";

export const LOSS_NAMES = ["tv", "quadratic", "kl", "wasserstein", "wasserstein-normalized"] as const;
export type LossName = (typeof LOSS_NAMES)[number];

/**
 * A zero pixel of the data would make the KL divergence infinite. The data are read as at least this much there, so mass
 * put on such a pixel costs 69 nats a unit: dear, finite, and nothing is divided by zero.
 */
export const KL_FLOOR = 1e-30;

/**
 * Loss between one reconstruction and one data point, in float64: returns the value and writes d value / d p.
 *
 * @param p reconstruction [N], nonnegative; its mass is slightly below one after finitely many Sinkhorn iterations
 * @param x data point [N], nonnegative, mass one
 * @param gradient receives the gradient [N]
 */
export type Loss = (p: Float64Array, x: Float64Array, gradient: Float64Array) => number;

export interface WassersteinLossSettings {
  readonly geometry: Geometry;
  /** Entropic regularisation of the loss, in cost units. */
  readonly epsilon: number;
  /** @default 1000 */
  readonly maxIterations?: number;
  /** L1 error of the first marginal at which the inner Sinkhorn stops. @default 1e-9 */
  readonly tolerance?: number;
}

/** The four losses of Schmitz et al. 2018, Table 1, and the exact form of the Wasserstein one. */
export function lossByName(name: LossName, settings: WassersteinLossSettings): Loss {
  if (!Object.hasOwn(LOSSES, name)) {
    throw new OptionError("loss", `expected one of ${LOSS_NAMES.join(", ")}, got ${JSON.stringify(name)}`);
  }
  return LOSSES[name](settings);
}

const LOSSES: Readonly<Record<LossName, (settings: WassersteinLossSettings) => Loss>> = {
  tv: () => totalVariation,
  quadratic: () => quadratic,
  kl: () => kullbackLeibler,
  wasserstein: (settings) => wasserstein(settings, false),
  "wasserstein-normalized": (settings) => wasserstein(settings, true),
};

/** |p - x|_1 */
const totalVariation: Loss = (p, x, gradient) => {
  let value = 0;
  for (let i = 0; i < p.length; i++) {
    const difference = p[i] - x[i];
    value += Math.abs(difference);
    gradient[i] = Math.sign(difference);
  }
  return value;
};

/** |p - x|_2^2 */
const quadratic: Loss = (p, x, gradient) => {
  let value = 0;
  for (let i = 0; i < p.length; i++) {
    const difference = p[i] - x[i];
    value += difference * difference;
    gradient[i] = 2 * difference;
  }
  return value;
};

/** sum p log(p / x) - p + x, with x at least KL_FLOOR and 0 log 0 = 0. */
const kullbackLeibler: Loss = (p, x, gradient) => {
  let value = 0;
  for (let i = 0; i < p.length; i++) {
    const mass = p[i];
    const floored = Math.max(x[i], KL_FLOOR);
    // where p underflowed to zero the true slope is -infinity; the smallest number keeps it finite
    const ratio = Math.log(Math.max(mass, Number.MIN_VALUE) / floored);
    value += mass * ratio - mass + x[i];
    gradient[i] = ratio;
  }
  return value;
};

/**
 * Entropic transport cost <P, C> + epsilon <P, log P - 1> between p / sum p and x.
 *
 * `normalized: false` is the paper's form: the centred potential epsilon log a = f. It leaves out that the mass of p
 * depends on the dictionary, so it is not the gradient of the value. `normalized: true` is that gradient:
 * (f - <f, p / sum p>) / sum p.
 */
function wasserstein(settings: WassersteinLossSettings, normalized: boolean): Loss {
  const { geometry, epsilon, maxIterations = 1000, tolerance = 1e-9 } = settings;
  return (p, x, gradient) => {
    const mass = p.reduce((sum, value) => sum + value, 0);
    const histogram = p.map((value) => value / mass);
    const { f, g } = sinkhornHost(histogram, x, geometry, { epsilon, maxIterations, tolerance });
    const first = weightedSum(histogram, f);
    // the second marginal is exact after the last half step, so the plan has mass one
    const value = first + weightedSum(x, g) - epsilon;
    let mean = 0;
    for (let i = 0; i < f.length; i++) mean += Number.isFinite(f[i]) ? f[i] / f.length : 0;
    const centre = normalized ? first : mean;
    const scale = normalized ? 1 / mass : 1;
    for (let i = 0; i < f.length; i++) gradient[i] = Number.isFinite(f[i]) ? (f[i] - centre) * scale : 0;
    return value;
  };
}

/** sum of mass * potential over the points that carry mass; potentials are -infinity at the others. */
function weightedSum(mass: Float64Array, potential: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < mass.length; i++) if (mass[i] > 0) sum += mass[i] * potential[i];
  return sum;
}
