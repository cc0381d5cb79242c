import type { Dataset } from "../../../src/data/dataset.ts";
import type { ImageSize } from "../../../src/data/resize.ts";
import { pause } from "../../../src/event-loop.ts";
import { unitGrid } from "../../../src/geometry/grid.ts";
import { Random } from "../../../src/tensor/random.ts";
import type { Initializer } from "../../../src/transport/initializers/initializer.ts";
import { imagePairs, type Pairs } from "../pairs.ts";
import { cellOf, timer, tolerancesFor, type Cell, type Spent } from "./accuracy.ts";
import { GENERATED, generatedPairs } from "./histograms.ts";
import { figuresOf, iterationsOf, ratiosOf, type IterationFigures } from "./iterations.ts";
import { LEARNED, methodsOf, UNGUARDED, type Method } from "./methods.ts";

export interface TableSettings {
  /** Images by the name of their set; beside them the generated sets. */
  readonly images: Readonly<Record<string, Dataset>>;
  readonly grids: readonly ImageSize[];
  readonly epsilons: readonly number[];
  readonly batches: readonly number[];
  /** Pairs of a cell; a larger batch has them several times. */
  readonly pairs: number;
  /** Times a method is timed, the methods in turn; the median counts. */
  readonly turns: number;
  readonly seed: number;
}

/** Milliseconds: a method whose first call takes longer is not called again. */
const SLOW = 300;

/** Of the transport cost. */
export const THRESHOLDS = [1e-2, 1e-3, 1e-6] as const;

/** A data set on a grid at an epsilon. */
export interface CellFigures {
  readonly set: string;
  readonly grid: string;
  readonly epsilon: number;
  readonly iterations: Readonly<Record<string, IterationFigures>>;
  /** Of the guarded and of the unguarded start to the better of ones and Gaussian. */
  readonly ratios: Readonly<Record<string, { readonly p95: number; readonly worst: number }>>;
  readonly times: readonly TimeFigures[];
}

/** One number a method, by their names; null for one that did not come to the threshold. */
export type ByMethod = Readonly<Record<string, number | null>>;

/** Medians of a batch to a threshold. */
export interface TimeFigures {
  readonly batch: number;
  readonly threshold: number;
  readonly milliseconds: ByMethod;
  /** Of both processors together. */
  readonly processorMilliseconds: ByMethod;
}

/** Every cell, as soon as it is there. The same settings give the same pairs. */
export async function* tableOfCells(learned: Initializer, settings: TableSettings): AsyncGenerator<CellFigures> {
  const methods = methodsOf(learned);
  for (const size of settings.grids) {
    const geometry = unitGrid(size);
    for (const [set, pairs] of setsOf(size, settings)) {
      for (const epsilon of settings.epsilons) {
        const cell = await cellOf(geometry, epsilon, pairs);
        const counts = await iterationsOf(cell, methods);
        const tolerances = new Map<Method, ReadonlyMap<number, number>>();
        for (const method of methods) tolerances.set(method, await tolerancesFor(cell, method, THRESHOLDS));
        const times: TimeFigures[] = [];
        for (const threshold of THRESHOLDS) times.push(...(await timesTo(cell, tolerances, threshold, settings)));
        await pause();
        yield {
          set,
          grid: size.join("x"),
          epsilon,
          iterations: Object.fromEntries(Object.entries(counts).map(([name, of]) => [name, figuresOf(of)])),
          ratios: Object.fromEntries([LEARNED, UNGUARDED].map((name) => [name, ratiosOf(counts, name)])),
          times,
        };
      }
    }
  }
}

function* setsOf(size: ImageSize, { images, pairs, seed }: TableSettings): Generator<[string, Pairs]> {
  for (const [name, dataset] of Object.entries(images)) yield [name, imagePairs(dataset, size, pairs, seed)];
  for (const kind of GENERATED) yield [kind, generatedPairs(kind, size, pairs, Random.fromSeed(seed))];
}

async function timesTo(
  cell: Cell,
  all: ReadonlyMap<Method, ReadonlyMap<number, number>>,
  threshold: number,
  { batches, turns }: TableSettings,
): Promise<TimeFigures[]> {
  const methods = [...all.keys()];
  const found: TimeFigures[] = [];
  for (const batch of batches) {
    const clock = timer(cell, batch);
    const spent = new Map(methods.map((method): [Method, Spent[]] => [method, []]));
    for (let turn = 0; turn <= turns; turn++) {
      for (const [method, tolerances] of all) {
        const tolerance = tolerances.get(threshold);
        const before = spent.get(method)!;
        if (tolerance === undefined || (before.length > 0 && before[0].wall > SLOW)) continue;
        before.push(await clock.spent(method, tolerance));
      }
    }
    clock.dispose();
    const medians = (of: keyof Spent): ByMethod =>
      Object.fromEntries(methods.map((method) => [method.name, median(afterFirst(spent.get(method)!, of))]));
    found.push({ batch, threshold, milliseconds: medians("wall"), processorMilliseconds: medians("processor") });
  }
  return found;
}

/** Without the first call, which warms up, if there are more. */
function afterFirst(spent: readonly Spent[], of: keyof Spent): number[] {
  return spent.slice(spent.length > 1 ? 1 : 0).map((one) => one[of]);
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
