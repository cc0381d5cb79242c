import type { Evaluator } from "../../eval/evaluator.ts";
import type { Task } from "../../models/task.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import type { OptionTable, OptionValues } from "../../src/options.ts";

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
  /** Defaults of run options that differ from the common ones. */
  readonly runDefaults?: { readonly evaluateEvery?: number; readonly checkpointEvery?: number };
  /** Fills in what follows from other options and the backend (presets). Complete options stay as they are. */
  complete?(options: OptionValues<T>, backend: string): OptionValues<T>;
  /** The task for checked, complete options and data. The backend has been chosen. Throws InputError. */
  prepare(options: OptionValues<T>, dataset: Dataset): Promise<PreparedTask>;
  readonly evaluator: Evaluator;
}

export interface PreparedTask {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the loop treats states as opaque
  readonly task: Task<any>;
  /** What computes, for the log ("native float32 (avx2, 2 threads)"). */
  readonly engine: string;
}
