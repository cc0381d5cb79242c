import { InputError } from "../../src/errors.ts";
import type { AnyGridSpec } from "./any-grid/spec.ts";
import type { ApproximatorSpec } from "./approximator.ts";

/** Marks files of ours, and says how to read them. */
export const FORMAT = "otlearn-sinkinit-1";

const NETWORKS: readonly unknown[] = ["dense", "spectral", "any-grid"];
const COSTS: readonly unknown[] = ["squared-euclidean", "euclidean", "manhattan"];
/** Bounds of what options and files may ask for, so that a slip or a damaged file cannot exhaust the memory. */
export const MOST_EXTENT = 1024;
export const MOST_WIDTH = 65_536;
export const MOST_LAYERS = 64;
/** The same for the pooled grid of a network for all grids; below this epsilon its kernel leaves float32. */
const MOST_CELLS = 14;
const MOST_ITERATIONS = 100;
const LEAST_EPSILON = 0.0125;

/** Checks a network's description as a file holds it. Throws InputError naming the file and the field. */
export function parseSpec(value: unknown, name: string): ApproximatorSpec | AnyGridSpec {
  const spec = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const require = (field: string, holds: boolean): void => {
    if (!holds) throw new InputError(`${name}: not a learned initialiser, ${field} is ${JSON.stringify(spec[field])}`);
  };
  const isCount = (count: unknown, most: number): boolean =>
    Number.isInteger(count) && (count as number) >= 1 && (count as number) <= most;
  const { network, extent, epsilon, cost, widths, modes, gaussian, iteration } = spec;
  require("network", NETWORKS.includes(network));
  const requireWidths = (): void =>
    require("widths", Array.isArray(widths) &&
      widths.length <= MOST_LAYERS &&
      widths.every((width) => isCount(width, MOST_WIDTH)));
  if (network === "any-grid") {
    const { cells, iterations, leastEpsilon } = spec;
    requireWidths();
    require("widths", (widths as readonly number[]).length > 0);
    require("cells", isCount(cells, MOST_CELLS));
    require("iterations", isCount(iterations, MOST_ITERATIONS));
    require("leastEpsilon", typeof leastEpsilon === "number" && leastEpsilon >= LEAST_EPSILON && leastEpsilon <= 1);
    require("modes", isCount(modes, cells as number));
    return { network, cells, iterations, leastEpsilon, modes, widths } as AnyGridSpec;
  }
  require("extent", isCount(extent, MOST_EXTENT));
  require("epsilon", typeof epsilon === "number" && epsilon > 0 && Number.isFinite(epsilon));
  require("cost", COSTS.includes(cost));
  requireWidths();
  const { input, output } = (modes ?? {}) as Record<string, unknown>;
  require("modes", isCount(input, extent as number) && isCount(output, extent as number));
  require("gaussian", typeof gaussian === "boolean");
  require("iteration", typeof iteration === "boolean");
  return { network, extent, epsilon, cost, widths, modes: { input, output }, gaussian, iteration } as ApproximatorSpec;
}
