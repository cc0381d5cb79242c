import { InputError } from "../../src/errors.ts";
import { unitGrid } from "../../src/geometry/grid.ts";
import { pointCloud } from "../../src/geometry/pointcloud.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import type { VariableOptimizer } from "../optimizer.ts";
import type { ApproximatorSpec } from "./approximator.ts";
import type { CompleteSinkinitOptions } from "./presets.ts";
import type { SinkinitTaskSettings } from "./task.ts";

/** What the network sees of each marginal, in cosine modes an axis; half the resolution of a 28 x 28 grid. */
const INPUT_SHARE = 0.5;

/** Makes the networks' shapes and the task's settings from complete options. Throws InputError for what does not fit. */
export function setUpSinkinit(
  options: CompleteSinkinitOptions,
  optimizers: Readonly<Record<"approximator" | "generator", VariableOptimizer>>,
): Omit<SinkinitTaskSettings, "evaluate"> {
  const { grid: extent, priorSize, prior, lambda, c, batch, samples } = options;
  if (prior === "noise" && priorSize > extent) {
    throw new InputError(`--prior-size: expected at most ${extent} (--grid), got ${priorSize}`);
  }
  const modes = Math.round(INPUT_SHARE * extent);
  return {
    geometry: geometryOf(options),
    approximator: approximatorSpec(options),
    generator: {
      prior,
      extent,
      priorExtent: priorSize,
      widths: widthsOf("--generator-widths", options.generatorWidths),
      skip: lambda,
      floor: c,
      modes: Math.min(options.modes, modes),
    },
    adversarial: !options.noGenerator,
    objective: options.objective,
    targetIterations: options.k,
    batch,
    steps: Math.ceil(samples / batch),
    lipschitz: options.lipschitz,
    optimizers,
  };
}

export function approximatorSpec(options: CompleteSinkinitOptions): ApproximatorSpec {
  const { grid: extent, epsilon, network, modes } = options;
  if (modes > extent) throw new InputError(`--modes: expected at most ${extent} (--grid), got ${modes}`);
  return {
    network: network,
    extent,
    epsilon,
    cost: options.cost,
    widths: widthsOf("--widths", options.widths),
    modes: { input: Math.max(1, Math.round(INPUT_SHARE * extent)), output: modes },
    gaussian: options.cost === "squared-euclidean",
    iteration: options.cost === "squared-euclidean",
  };
}

/** The unit square, linspace(0, 1, extent) along both axes. */
export function geometryOf({ grid: extent, cost }: Pick<CompleteSinkinitOptions, "grid" | "cost">): Geometry {
  const square = unitGrid([extent, extent]);
  if (cost === "squared-euclidean") return square;
  const { x } = square.coordinates;
  return pointCloud(x, x, { cost });
}

/** "3136,3136" -> [3136, 3136]. */
function widthsOf(flag: string, text: string): number[] {
  const widths = text.split(",").map(Number);
  if (widths.some((width) => !(Number.isInteger(width) && width > 0))) {
    throw new InputError(`${flag}: expected positive whole numbers separated by commas, as 512,512, got ${text}`);
  }
  return widths;
}
