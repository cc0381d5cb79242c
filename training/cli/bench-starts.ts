import { basename, extname } from "node:path";
import { tableOfCells, type ByMethod, type TimeFigures } from "../../eval/sinkinit/cells/table.ts";
import { loadInitializer } from "../../models/sinkinit/load.ts";
import { loadData } from "../../src/data/load.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { parseSize } from "../../src/data/resize.ts";
import { OptionError } from "../../src/errors.ts";
import { numberOption, pickOptions, textOption } from "../../src/options.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { resolveInitializer } from "../../src/transport/initializers/by-name.ts";
import { runOptions } from "./common-options.ts";
import { ExitStatus } from "./exit-status.ts";
import { isReleased } from "./released-run.ts";

const whole = { least: 1, integer: true } as const;

export const startsOptions = {
  initializer: textOption({
    description: "a released initialiser, or a file that otlearn export wrote (default: learned-any)",
    placeholder: "name",
  }),
  data: textOption({
    description: "files of images beside the generated sets, as mnist=digits.npy,faces.npy",
    placeholder: "list",
  }),
  grids: textOption({ description: "sizes of grids (default: 28,48x64,64)", placeholder: "list" }),
  epsilons: textOption({ description: "on the unit square (default: 0.003,0.01,0.03)", placeholder: "list" }),
  batches: textOption({ description: "pairs of a call (default: 4,50,250)", placeholder: "list" }),
  pairs: numberOption({ ...whole, description: "different pairs of a cell", default: 50 }),
  turns: numberOption({ ...whole, description: "times each method is timed; the median counts", default: 5 }),
  seed: runOptions.seed,
  backend: { ...runOptions.backend, default: "wasm" },
} as const;

/**
 * `otlearn bench starts`: a learned start beside its rivals, in iterations and in the time of the solver, on sets of images and of
 * generated histograms; a JSON line a cell, and one that counts what each method won.
 */
export async function startsCommand(given: Readonly<Record<string, unknown>>): Promise<number> {
  const options = pickOptions(startsOptions, given);
  const { pairs, turns, seed } = options;
  const name = options.initializer ?? "learned-any";
  const settings = {
    images: await imagesOf(options.data),
    grids: (options.grids ?? "28,48x64,64").split(",").map(parseSize),
    epsilons: numbersOf("epsilons", options.epsilons ?? "0.003,0.01,0.03"),
    batches: numbersOf("batches", options.batches ?? "4,50,250"),
    pairs,
    turns,
    seed,
  };
  await useBackend(options.backend);
  const learned = isReleased(name) ? await resolveInitializer(name) : await loadInitializer(name);
  const all: TimeFigures[] = [];
  for await (const cell of tableOfCells(learned, settings)) {
    all.push(...cell.times);
    print(cell);
  }
  print(summaryOf(all));
  return ExitStatus.done;
}

/** In how many cells (a set, grid, epsilon, batch and threshold) each method was the fastest. */
function summaryOf(times: readonly TimeFigures[]) {
  const won = (figures: readonly ByMethod[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const milliseconds of figures) {
      const ranked = Object.entries(milliseconds).filter(([, value]) => value !== null);
      if (ranked.length === 0) continue;
      const [winner] = ranked.reduce((best, one) => (one[1]! < best[1]! ? one : best));
      counts[winner] = (counts[winner] ?? 0) + 1;
    }
    return counts;
  };
  return {
    cells: times.length,
    won: won(times.map(({ milliseconds }) => milliseconds)),
    wonByProcessor: won(times.map(({ processorMilliseconds }) => processorMilliseconds)),
  };
}

async function imagesOf(list: string | undefined): Promise<Record<string, Dataset>> {
  const images: Record<string, Dataset> = {};
  for (const entry of list?.split(",") ?? []) {
    const [first, ...rest] = entry.split("=");
    const path = rest.length === 0 ? first : rest.join("=");
    const name = rest.length === 0 ? basename(path, extname(path)) : first;
    images[name] = await loadData(path, { size: undefined, masses: true });
  }
  return images;
}

/** Positive numbers; of batches whole ones. Throws OptionError. */
function numbersOf(option: "epsilons" | "batches", list: string): number[] {
  return list.split(",").map((text) => {
    const value = Number(text);
    if (value > 0 && value < Infinity && (option === "epsilons" || Number.isInteger(value))) return value;
    throw new OptionError(option, `expected positive numbers separated by commas, got ${JSON.stringify(list)}`);
  });
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
