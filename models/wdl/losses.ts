import { OptionError } from "../../src/errors.ts";
import { rowOf } from "../../src/tensor/ndarray.ts";
import type { DataTerm } from "../../src/transport/barycenter/engine.ts";
import { wassersteinLosses, type WassersteinLossSettings } from "./wasserstein.ts";

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

/** The four losses of Schmitz et al. 2018, Table 1, and the exact form of the Wasserstein one. */
export function lossByName(name: LossName, settings: WassersteinLossSettings): Loss {
  if (!Object.hasOwn(LOSSES, name)) {
    throw new OptionError("loss", `expected one of ${LOSS_NAMES.join(", ")}, got ${JSON.stringify(name)}`);
  }
  return LOSSES[name](settings);
}

/** A loss of data points, which can be asked of others. */
export interface WdlTerm extends DataTerm {
  /** The same loss of other data [M, N]. */
  of(data: Float64Array): WdlTerm;
}

/** The loss of data [M, N] in the terms of the barycenter operator. */
export function dataTerm(name: LossName, data: Float64Array, settings: WassersteinLossSettings): WdlTerm {
  const loss = lossByName(name, settings);
  const pixels = settings.geometry.shape[0];
  const evaluate: DataTerm["evaluate"] = (index, p, gradient) => loss(p, rowOf(data, pixels, index), gradient);
  const term = { name, data, evaluate, of: (others: Float64Array) => dataTerm(name, others, settings) };
  if (name !== "wasserstein" && name !== "wasserstein-normalized") return term;
  return { ...term, ...wassersteinLosses(settings, name === "wasserstein" ? "paper" : "normalized").all(data) };
}

const LOSSES: Readonly<Record<LossName, (settings: WassersteinLossSettings) => Loss>> = {
  tv: () => totalVariation,
  quadratic: () => quadratic,
  kl: () => kullbackLeibler,
  wasserstein: (settings) => wassersteinLosses(settings, "paper").one,
  "wasserstein-normalized": (settings) => wassersteinLosses(settings, "normalized").one,
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
