import { OptionError } from "../../errors.ts";
import { circleTarget } from "../../spaces/targets/circle.ts";
import { numbered } from "../dataset.ts";
import type { DatasetEntry } from "../entry.ts";
import type { PairDataset, PairSide } from "../pair.ts";
import { pointCount } from "./count.ts";

/** The von Mises density exp(kappa cos) on equispaced angles [bins], of sum one; uniform at kappa 0. */
export function vonMises(bins: number, kappa: number): Float64Array {
  if (!(Number.isFinite(kappa) && kappa >= 0)) {
    throw new OptionError("kappa", `expected a concentration of 0 or more, got ${kappa}`);
  }
  // relative to its largest value, which no kappa overflows
  const density = Float64Array.from({ length: bins }, (_, bin) =>
    Math.exp(kappa * (Math.cos((2 * Math.PI * bin) / bins) - 1)),
  );
  const total = density.reduce((sum, value) => sum + value, 0);
  return density.map((value) => value / total);
}

/**
 * The unit circle with uniform weights and with von Mises weights (Beier et al. 2025, appendix B). What is known of them: the
 * uniform side looks the same from everywhere, so the embedded Wasserstein distance on the circle is the Wasserstein distance.
 *
 * @throws OptionError for a concentration that is none
 */
export function circlePair(bins: number, kappa: number, name = "circle-von-mises"): PairDataset {
  const { metric, coordinates } = circleTarget({ bins });
  const side: PairSide = {
    source: { kind: "distances", values: metric.matrix(), coordinates: coordinates! },
    names: numbered(bins),
  };
  return {
    kind: "pair",
    name,
    x: side,
    y: { ...side, weights: vonMises(bins, kappa) },
    paired: false,
    inTargetUnits: true,
  };
}

/** Concentration of the set that has a name. */
const KAPPA = 2;

export const circleVonMises: DatasetEntry<PairDataset> = {
  description: `a circle of 360 bins, uniform against von Mises of concentration ${KAPPA} (--size 360)`,
  load: async (options) => circlePair(pointCount(options, 360, 3, 5000), KAPPA),
};
