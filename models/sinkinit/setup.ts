import { pickOptions } from "../../src/options.ts";
import { OptionError } from "../../src/errors.ts";
import { unitGrid } from "../../src/geometry/grid.ts";
import { pointCloud } from "../../src/geometry/pointcloud.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import type { VariableOptimizer } from "../optimizer.ts";
import type { ApproximatorSpec } from "./approximator.ts";
import { ANY_GRID, type AnyGridSpec } from "./any-grid/spec.ts";
import type { AnyGridTaskSettings } from "./any-grid/task.ts";
import type { GeneratorSpec } from "./generator.ts";
import { sinkinitOptions } from "./options.ts";
import { requireMemory } from "./memory.ts";
import { MOST_LAYERS, MOST_WIDTH } from "./spec.ts";
import { completeSinkinit, type CompleteSinkinitOptions } from "./presets.ts";
import type { SinkinitTaskSettings } from "./task.ts";

/** What the network sees of each marginal, in cosine modes an axis; half the resolution of a 28 x 28 grid. */
const INPUT_SHARE = 0.5;

/**
 * Makes the networks' shapes and the task's settings from complete options. Throws OptionError for what does not fit; RunError
 * for networks that are larger than the memory.
 */
export function setUpSinkinit(
  options: CompleteSinkinitOptions,
  optimizers: Readonly<Record<"approximator" | "generator", VariableOptimizer>>,
): Omit<SinkinitTaskSettings, "evaluate"> {
  const { grid: extent, priorSize, prior, lambda, c, batch, samples } = options;
  if (prior === "noise" && priorSize > extent) {
    throw new OptionError("priorSize", `expected at most ${extent} (the grid), got ${priorSize}`);
  }
  const modes = Math.round(INPUT_SHARE * extent);
  const approximator = approximatorSpec(options);
  const generator: GeneratorSpec = {
    prior,
    extent,
    priorExtent: priorSize,
    widths: widthsOf("generatorWidths", options.generatorWidths),
    skip: lambda,
    floor: c,
    modes: Math.min(options.modes, modes),
  };
  requireMemory(approximator, generator, batch);
  return {
    geometry: geometryOf(approximator),
    approximator,
    generator,
    adversarial: !options.noGenerator,
    objective: options.objective,
    targetIterations: options.k,
    batch,
    steps: Math.ceil(samples / batch),
    lipschitz: options.lipschitz,
    optimizers,
  };
}

/** The approximator of a run, from the options in its `config.json`. Throws OptionError. */
export function specOfRun(options: Readonly<Record<string, unknown>>): ApproximatorSpec | AnyGridSpec {
  const complete = completeOptions(options);
  return complete.network === "any-grid" ? anyGridSpec(complete) : approximatorSpec(complete);
}

/** What a run is evaluated on: the problem that it was trained for, or of a network for all grids the one that its options name. */
export function problemOfRun(options: Readonly<Record<string, unknown>>): SquareProblem {
  const { grid: extent, epsilon, cost } = completeOptions(options);
  return { extent, epsilon, cost };
}

/** On a square grid of the unit square. */
export type SquareProblem = Pick<ApproximatorSpec, "extent" | "epsilon" | "cost">;

function completeOptions(options: Readonly<Record<string, unknown>>): CompleteSinkinitOptions {
  return completeSinkinit(pickOptions(sinkinitOptions, options), "host");
}

/**
 * The settings of a run for all grids from complete options. Throws OptionError for what does not fit; the problem that it is evaluated on
 * is refused later where the network does not serve it.
 */
export function setUpAnyGrid(
  options: CompleteSinkinitOptions,
  optimizer: VariableOptimizer,
): Omit<AnyGridTaskSettings, "evaluate"> {
  const { pairs, batch, samples } = options;
  return { spec: anyGridSpec(options), pairs, batch, steps: Math.ceil(samples / batch), optimizer };
}

function anyGridSpec({ widths, modes, cost }: CompleteSinkinitOptions): AnyGridSpec {
  if (cost !== "squared-euclidean") {
    throw new OptionError("cost", `expected squared-euclidean with --network any-grid, got ${cost}`);
  }
  if (modes > ANY_GRID.cells) {
    throw new OptionError("modes", `expected at most ${ANY_GRID.cells} with --network any-grid, got ${modes}`);
  }
  return { ...ANY_GRID, modes, widths: widthsOf("widths", widths) };
}

function approximatorSpec(options: CompleteSinkinitOptions): ApproximatorSpec {
  const { grid: extent, epsilon, network, modes } = options;
  if (network === "any-grid") throw new OptionError("network", "expected dense or spectral, got any-grid");
  const fromGaussian = options.start === "gaussian" && options.cost === "squared-euclidean";
  if (modes > extent) throw new OptionError("modes", `expected at most ${extent} (the grid), got ${modes}`);
  return {
    network: network,
    extent,
    epsilon,
    cost: options.cost,
    widths: widthsOf("widths", options.widths),
    modes: { input: Math.max(1, Math.round(INPUT_SHARE * extent)), output: modes },
    gaussian: fromGaussian,
    iteration: fromGaussian,
  };
}

/** The unit square, linspace(0, 1, extent) along both axes. */
export function geometryOf({ extent, cost }: Pick<ApproximatorSpec, "extent" | "cost">): Geometry {
  const square = unitGrid([extent, extent]);
  if (cost === "squared-euclidean") return square;
  const { x } = square.coordinates;
  return pointCloud(x, x, { cost });
}

/** "3136,3136" -> [3136, 3136]. */
function widthsOf(option: string, text: string): number[] {
  const widths = text.split(",").map(Number);
  if (widths.some((width) => !(Number.isInteger(width) && width >= 1 && width <= MOST_WIDTH))) {
    const expected = `whole numbers from 1 to ${MOST_WIDTH} separated by commas, as 512,512`;
    throw new OptionError(option, `expected ${expected}, got ${JSON.stringify(text)}`);
  }
  if (widths.length > MOST_LAYERS) {
    throw new OptionError(option, `expected at most ${MOST_LAYERS} layers, got ${widths.length}`);
  }
  return widths;
}
