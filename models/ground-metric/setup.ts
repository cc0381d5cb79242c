import type { Dataset } from "../../src/data/dataset.ts";
import { OptionError } from "../../src/errors.ts";
import { bytesOf } from "../../src/options.ts";
import type { Histograms } from "./histograms.ts";
import { twoWayHistograms, twoWayRows, type TwoWayHistograms } from "./histograms.ts";
import { maps, type MapName } from "./maps/index.ts";
import type { GroundMetricOptions } from "./options.ts";
import { regularizer } from "./regularizer.ts";
import type { BySide, Side } from "./sides.ts";
import { significantComponents } from "./significant-components.ts";
import { tableOf, type Table } from "./table.ts";

/** What follows from options and data, for training and evaluation. */
export interface GroundMetricSetup {
  readonly table: Table;
  readonly histograms: TwoWayHistograms;
  readonly sides: BySide<Side>;
  /** Whether distances are exact transport. */
  readonly exact: boolean;
}

/** The choice of a map, made by the options of a component. */
export interface MapChoice {
  readonly map: MapName;
  readonly tau: number;
  /** @default 1 */
  readonly sigma?: number;
  /** Take rows and columns as they are, not as histograms; for maps of quadratic forms. @default false */
  readonly raw?: boolean;
}

/** Throws InputError for data that cannot be read as histograms both ways. */
export function setUpGroundMetric(
  options: GroundMetricOptions,
  { map: name, tau, sigma = 1, raw = false }: MapChoice,
  dataset: Dataset,
): GroundMetricSetup {
  const table = tableOf(dataset, options);
  const histograms = raw ? twoWayRows(table.values) : twoWayHistograms(table.values, options.dust, table);
  const settings = { epsilon: options.epsilon, sigma, tau, memory: bytesOf(options.memory) };
  const side = (of: Histograms): Side => {
    const map = maps[name](of, settings);
    const regularized = map.form === "distance" && tau > 0;
    return { map, count: of.count, ...(regularized && { regularizer: regularizer(of, options.norm) }) };
  };
  const sides = { features: side(histograms.features), samples: side(histograms.samples) };
  return { table, histograms, sides, exact: name === "exact" };
}

/** What `leastDimension` of a task is by these options; reads no labels. Throws OptionError for options that exclude each other. */
export function leastDimensionOf(
  { earlyStop, leastDimension }: GroundMetricOptions,
  { histograms, sides }: GroundMetricSetup,
): number | undefined {
  if (!earlyStop) return leastDimension;
  if (leastDimension !== undefined) throw new OptionError("earlyStop", "sets leastDimension; leave one of them out");
  if (sides.samples.map.form !== "distance") {
    throw new OptionError("earlyStop", "goes by transport distances, which this method does not learn; leave it out");
  }
  return significantComponents(histograms.samples);
}
