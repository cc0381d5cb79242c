import { datasets } from "../../src/data/registry.ts";
import type { BackendChoice } from "../../src/tensor/backend.ts";
import type { Component } from "../components/component.ts";
import { choiceOption, numberOption, textOption, type OptionValues } from "../../src/options.ts";

const BACKENDS = ["auto", "tensorflow", "webgpu", "wasm", "cpu"] as const satisfies readonly BackendChoice[];

/** Which data: of `train` and `eval`. */
const dataOptions = {
  dataset: textOption({ description: `data set by name: ${Object.keys(datasets).join(", ")}`, placeholder: "name" }),
  data: textOption({
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
  seed: numberOption({ description: "drives all randomness", default: 0, integer: true }),
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

export type RunOptions = OptionValues<typeof runOptions>;

/** What `eval` takes besides the run. */
export const evaluateOptions = {
  ...dataOptions,
  backend: { ...runOptions.backend, description: "tfjs backend (default: the run's)", default: undefined },
} as const;

export type EvaluateOptions = OptionValues<typeof evaluateOptions>;

/** How a command talks; not part of a run. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}
