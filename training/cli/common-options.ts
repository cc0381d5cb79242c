import { datasets } from "../../src/data/registry.ts";
import type { BackendChoice, BackendSelection } from "../../src/tensor/backend.ts";
import type { Component } from "../components/component.ts";
import { components } from "../components/index.ts";
import {
  choiceOption,
  flagOption,
  numberOption,
  pathOption,
  pathOptions,
  pickOptions,
  textOption,
  type OptionTable,
  type OptionValues,
} from "../../src/options.ts";

const BACKENDS = ["auto", "tensorflow", "webgpu", "wasm", "cpu"] as const satisfies readonly BackendChoice[];

/** Which data: of `train` and `eval`. */
const dataOptions = {
  dataset: textOption({ description: `data set by name: ${Object.keys(datasets).join(", ")}`, placeholder: "name" }),
  data: pathOption({
    description: "your own data: a folder of images, .npy, .npz, .csv, .tsv or .mtx",
    placeholder: "path",
  }),
  limit: numberOption({
    description: "at most so many samples (default: all)",
    default: undefined,
    least: 1,
    integer: true,
  }),
} as const;

/** What every training run takes besides its component's options; stored in `config.json`. */
export const runOptions = {
  ...dataOptions,
  seed: numberOption({
    description: "drives all randomness",
    default: 0,
    integer: true,
    least: -(2 ** 31),
    most: 2 ** 32 - 1,
  }),
  backend: choiceOption(BACKENDS, { description: "tfjs backend", default: "auto" }),
  evaluateEvery: numberOption({ description: "steps between evaluations", default: 10, least: 1, integer: true }),
  checkpointEvery: numberOption({ description: "steps between checkpoints", default: 10, least: 1, integer: true }),
  checkpointSeconds: numberOption({
    description: "a step that takes longer is saved so often while under way",
    default: 60,
    above: 0,
  }),
  keepCheckpoints: numberOption({ description: "newest checkpoints kept", default: 3, least: 1, integer: true }),
} as const;

/** The same with a component's own defaults, and its data set named in the help. */
export function runOptionsOf({ runDefaults = {}, defaultDataset }: Component): typeof runOptions {
  const { dataset, evaluateEvery, checkpointEvery } = runOptions;
  return {
    ...runOptions,
    dataset: { ...dataset, description: `${dataset.description} (default: ${defaultDataset})` },
    evaluateEvery: { ...evaluateEvery, default: runDefaults.evaluateEvery ?? evaluateEvery.default },
    checkpointEvery: { ...checkpointEvery, default: runDefaults.checkpointEvery ?? checkpointEvery.default },
  };
}

type RunOptions = OptionValues<typeof runOptions>;

/** All options of a component's runs. */
export function tableOf(component: Component) {
  return { ...component.options, ...runOptionsOf(component) };
}

/** The options of a run, complete: the component's and the common ones. */
export type Options = Readonly<Record<string, unknown>> & RunOptions;

/** The options with what follows from others and the backend. */
export function completed(component: Component, options: Options, device: BackendSelection["device"]): Options {
  const dataset = options.data === undefined ? (options.dataset ?? component.defaultDataset) : undefined;
  return { ...options, ...component.complete?.(pickOptions(component.options, options), device, dataset) };
}

/** Where `train` reads, writes and shows; not part of a run. */
export const trainPlaces = {
  out: pathOption({ description: "run directory (default: runs/<task>-<dataset>-<time>)", placeholder: "folder" }),
  resume: pathOption({
    description:
      "go on with an interrupted run, or from one of its checkpoints, with its own options; another --backend may be given",
    placeholder: "run",
  }),
  config: pathOption({ description: "options in a JSON file; flags win", placeholder: "file" }),
  dashboard: flagOption(
    "show the run in the browser while it trains, see otlearn dashboard; ends after it, once no page of it is open",
  ),
} as const;

/** What `eval` takes besides the run. */
export const evaluateOptions = {
  ...dataOptions,
  backend: { ...runOptions.backend, description: "tfjs backend (default: the run's)", default: undefined },
} as const;

export type EvaluateOptions = OptionValues<typeof evaluateOptions>;

export const evaluatePlaces = {
  out: pathOption({
    description: "write arrays, pictures and report there (default: nowhere)",
    placeholder: "folder",
  }),
} as const;

export const exportPlaces = {
  out: pathOption({ description: "file to write (default: the run's name)", placeholder: "path" }),
} as const;

/** Where `report` writes its page. */
export const reportPlaces = {
  out: pathOption({
    description:
      "page to write, .html (default: report.html in the folder of one run, comparison.html here of several)",
    placeholder: "file",
  }),
} as const;

/** The data of runs that `report` writes again. */
export const movedData = {
  data: pathOption({ description: "where the run's own data are now, if they were moved", placeholder: "path" }),
} as const;

/** The files that runs of the components name, for commands that take a run of any. */
export const movedFiles: OptionTable = Object.fromEntries(
  Object.values(components).flatMap(({ options }) =>
    Object.entries(pathOptions(options, "file")).map(([name, spec]) => [
      name,
      { ...spec, description: `where the run's own is now, if it was moved: ${spec.description}` },
    ]),
  ),
);

/** How a command talks; not part of a run. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}
