import type { Task } from "../models/task.ts";
import { Journal } from "./loop/journal.ts";
import type { TrainOptions, TrainResult } from "./loop/options.ts";
import { Session } from "./loop/session.ts";
import { listenForStop, STOP_SIGNALS } from "./loop/stop-signal.ts";
import { quietReporter } from "./progress/index.ts";

export type { EarlyStopRule, Improvement, ImprovementRule } from "./loop/improvement.ts";
export type { MetricsRow } from "../models/task.ts";
export type { TrainOptions, TrainResult, TrainStatus } from "./loop/options.ts";

/**
 * The one training loop. It runs the steps of a task and owns what all tasks need: seeds, the step count, the metrics
 * log, evaluations, checkpoints, resuming, early stop, stopping on signals and on values that are not finite, progress.
 * It knows nothing of gradients, models or data.
 *
 * A run is locked while it is written. A step whose metrics are not finite, or a state with an array that is not, ends the run with status "non-finite" and
 * leaves the last good checkpoint. (Metrics of `evaluate` may be infinite, as a PSNR is for equal images.) A resumed run
 * goes on bit for bit on the same backend. The caller owns `state` of the result and frees it with `task.dispose`.
 *
 * @throws InputError for a checkpoint that cannot be used, an unknown metric, a folder that cannot be written or that another
 * process writes; RunError for a full disk; whatever the task throws
 */
export async function train<S>(task: Task<S>, options: TrainOptions): Promise<TrainResult<S>> {
  const { run, resume, keepLast, best, reporter = quietReporter, signals = STOP_SIGNALS } = options;
  const stop = listenForStop(signals, options.signal);
  let journal: Journal | undefined;
  try {
    const retention = { keepLast, best: best && { goal: "min" as const, ...best } };
    journal = await Journal.open({ run, resume, retention, task: task.name });
    const session = await Session.begin(task, options, journal, stop.signal);
    try {
      return await session.run();
    } catch (error) {
      session.dispose();
      throw error;
    }
  } finally {
    stop.dispose();
    reporter.close();
    await journal?.close();
  }
}
