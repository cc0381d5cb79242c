import type { Evaluator, TrainedRun } from "../../eval/evaluator.ts";
import type { Task } from "../../models/task.ts";
import type { Dataset, LoadedDataset } from "../../src/data/dataset.ts";
import type { OptionTable, OptionValues } from "../../src/options.ts";
import type { BackendSelection } from "../../src/tensor/backend.ts";
import type { StepCost } from "../../src/tensor/device-rule.ts";
import type { Work } from "../../src/tensor/preferences.ts";

/**
 * What `otlearn train <name>`, `eval` and `report` need of a component. To add one: write its model and task in `models`,
 * its evaluator in `eval`, one of these here, and name it in `components`.
 */
export interface Component<T extends OptionTable = OptionTable> {
  readonly name: string;
  /** One line for `--help`. */
  readonly description: string;
  readonly options: T;
  /** Data set where neither `--dataset` nor `--data` is given. */
  readonly defaultDataset: string;
  /** The values are used as masses: negative ones and all-zero samples are refused when they are read. */
  readonly readsMasses: boolean;
  /** Whether its data are one set of samples or two that share no features. @default "samples" */
  readonly takes?: "samples" | "pair";
  /** Whether these options ask for samples that stay on disk, a `StreamDataset`. @default they do not */
  streams?(options: OptionValues<T>): boolean;
  /** What its steps consist of: `--backend auto` takes what is fastest for that. @default "transport" */
  readonly work?: Work;
  /**
   * What a step costs, so that `--backend auto` can tell whether a GPU pays; without it a GPU is only taken where every one does, for
   * networks. The backend has not been chosen yet.
   */
  stepCost?(options: OptionValues<T>, dataset: Dataset): StepCost;
  /** Defaults of run options that differ from the common ones. */
  readonly runDefaults?: { readonly evaluateEvery?: number; readonly checkpointEvery?: number };
  /**
   * Reads the data that the component's own options name, in place of `--data`; undefined where they name none. Throws
   * InputError.
   */
  loadData?(options: OptionValues<T>): Promise<LoadedDataset | undefined>;
  /**
   * Fills in what follows from other options, the backend and the name of the data set, undefined for a person's own (presets).
   * Complete options stay as they are.
   */
  complete?(options: OptionValues<T>, device: BackendSelection["device"], dataset?: string): OptionValues<T>;
  /** The task for checked, complete options and data. The backend has been chosen. Throws InputError. */
  prepare(options: OptionValues<T>, dataset: Dataset): Promise<PreparedTask>;
  readonly evaluator: Evaluator;
  /** Formats of `otlearn export` that hold a trained model rather than arrays. */
  readonly exporter?: ModelExporter;
}

/** What an exporter needs of a run: its options and what its task saved. */
export type SavedModel = Pick<TrainedRun, "config" | "state">;

interface ModelExporter {
  readonly formats: readonly string[];
  /** Writes the model of a run and returns the files written. Throws InputError or RunError. */
  write(saved: SavedModel, format: string, out: string): Promise<readonly string[]>;
}

export interface PreparedTask {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the loop treats states as opaque
  readonly task: Task<any>;
  /** What computes, for the log ("native float32 (avx2, 2 threads)"). */
  readonly engine: string;
  /** What its user should know before it starts, a line each. @default nothing */
  readonly notes?: readonly string[];
}
