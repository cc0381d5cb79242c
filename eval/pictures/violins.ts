import { InputError } from "../../src/errors.ts";
import { meanAndDeviation } from "../metrics/mean-and-deviation.ts";
import { drawChart } from "./drawing.ts";
import { CATEGORICAL, NEUTRAL } from "./palette.ts";
import type { Drawing } from "./picture.ts";

export interface ViolinGroup {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

export interface ViolinPanel {
  /** Name and unit of the quantity. */
  readonly title: string;
  readonly groups: readonly ViolinGroup[];
}

const WIDTH = 90;
const HEIGHT = 220;
/** Points of a density curve. */
const STEPS = 80;

/**
 * Distributions as violins, one panel a quantity, on a logarithmic axis: the density of log10 of each group (Gaussian
 * kernel, Scott's bandwidth) mirrored about a line, the median as a tick. Values that are not positive are left out.
 *
 * @throws InputError where a group has fewer than two positive values
 */
export async function violins(panels: readonly ViolinPanel[]): Promise<Drawing> {
  return drawChart({
    hconcat: panels.map(({ title, groups }) => ({
      title,
      spacing: 4,
      hconcat: groups.map(({ name, values }, index) => violin(title, name, values, index)),
      resolve: { scale: { y: "shared" as const } },
    })),
    spacing: 40,
  });
}

function violin(title: string, name: string, values: ArrayLike<number>, index: number) {
  const logs = Array.from(values, Math.log10).filter(Number.isFinite);
  if (logs.length < 2) throw new InputError(`violins: ${title}: ${name} has fewer than two positive values`);
  const density = densityOf(logs);
  const widest = Math.max(...density.map(({ density: height }) => height));
  const ordered = logs.toSorted((a, b) => a - b);
  const quantile = (share: number) => 10 ** ordered[Math.min(Math.floor(share * ordered.length), ordered.length - 1)];
  const median = quantile(0.5);
  const figures = { name, count: logs.length, lower: quantile(0.25), median, upper: quantile(0.75) };
  const tooltip = [
    { field: "name", title },
    { field: "median", title: "median", type: "quantitative" as const, format: ".4~g" },
    { field: "lower", title: "lower quartile", type: "quantitative" as const, format: ".4~g" },
    { field: "upper", title: "upper quartile", type: "quantitative" as const, format: ".4~g" },
    { field: "count", title: "samples", type: "quantitative" as const, format: "d" },
  ];
  const y = {
    field: "value",
    type: "quantitative",
    scale: { type: "log", nice: false },
    axis: index === 0 ? { title: null, tickCount: 5, format: "~g" } : { title: null, labels: false, tickCount: 5 },
  } as const;
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: {
          values: density.map(({ log, density: height }) => ({
            value: 10 ** log,
            left: -height / widest,
            right: height / widest,
            ...figures,
          })),
        },
        mark: {
          type: "area" as const,
          orient: "horizontal" as const,
          opacity: 0.75,
          color: CATEGORICAL[index % CATEGORICAL.length],
        },
        encoding: {
          y,
          x: {
            field: "left",
            type: "quantitative" as const,
            scale: { domain: [-1.1, 1.1] },
            axis: { title: name, labels: false, grid: false },
          },
          x2: { field: "right" },
          tooltip,
        },
      },
      {
        data: { values: [{ value: median, from: -0.5, to: 0.5, ...figures }] },
        mark: { type: "rule" as const, color: NEUTRAL, strokeDash: [1, 0], strokeWidth: 2, opacity: 1 },
        encoding: { y, x: { field: "from", type: "quantitative" as const }, x2: { field: "to" }, tooltip },
      },
    ],
  };
}

function densityOf(values: readonly number[]): { log: number; density: number }[] {
  const { deviation } = meanAndDeviation(values);
  const bandwidth = Math.max(1.06 * deviation * values.length ** -0.2, 1e-3);
  const low = Math.min(...values) - 2 * bandwidth;
  const high = Math.max(...values) + 2 * bandwidth;
  return Array.from({ length: STEPS }, (_, step) => {
    const log = low + ((high - low) * step) / (STEPS - 1);
    const density = values.reduce((sum, value) => sum + Math.exp(-0.5 * ((log - value) / bandwidth) ** 2), 0);
    return { log, density };
  });
}
