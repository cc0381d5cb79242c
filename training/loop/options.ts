import type { Metrics } from "../../models/task.ts";
import type { Reporter } from "../progress/index.ts";
import type { MemoryRun } from "../memory-run.ts";
import type { NewRun, RunDirectory } from "../run-directory.ts";
import type { EarlyStopRule, Improvement, ImprovementRule } from "./improvement.ts";

export interface TrainOptions {
  /** Drives all randomness of the run. A resumed run goes on with the saved generator instead. */
  readonly seed: number;
  /**
   * Where metrics and checkpoints are written; a new run's folder is made once the first state is there. In a page they are kept in
   * memory, by `MemoryRun.create`. @default nowhere
   */
  readonly run?: RunDirectory | NewRun | MemoryRun;
  /**
   * True: go on from the newest checkpoint of `run`, or start if it has none yet. A path: go on from that run or
   * checkpoint. @default false
   */
  readonly resume?: boolean | string;
  /** Steps between evaluations; the last step is evaluated in any case. @default 0: only the last step */
  readonly evaluateEvery?: number;
  /** Steps between checkpoints; the start and the end are saved in any case. @default 10 */
  readonly checkpointEvery?: number;
  /**
   * Seconds after which a step that is still under way is saved too; more where saving itself takes long, so that it never
   * costs more than a twentieth of the time. @default 60
   */
  readonly checkpointSeconds?: number;
  /** Newest checkpoints kept. @default 3 */
  readonly keepLast?: number;
  /** Keep also the checkpoint with the best value of a metric, and report that value. @default none */
  readonly best?: Omit<ImprovementRule, "minDelta">;
  /** @default none */
  readonly earlyStop?: EarlyStopRule;
  /** @default quietReporter */
  readonly reporter?: Reporter;
  /** Process signals that stop the run after its step; a second one ends the process. @default SIGINT, SIGTERM, SIGHUP */
  readonly signals?: readonly NodeJS.Signals[];
  /** Stops the run after its step, as a process signal does. */
  readonly signal?: AbortSignal;
  /** Assert that steps leave no tensors behind. @default true */
  readonly checkLeaks?: boolean;
}

/** How a run ended: all steps or the task's own end; the early-stop rule; a signal; NaN or infinity. */
export type TrainStatus = "completed" | "early-stopped" | "interrupted" | "non-finite";

export interface TrainResult<S> {
  readonly status: TrainStatus;
  /** One line: why the run ended. */
  readonly reason: string;
  readonly state: S;
  /** Completed steps. */
  readonly step: number;
  /** Metrics of the last completed step; empty before the first. */
  readonly metrics: Metrics;
  /** Seconds of training across resumes. */
  readonly seconds: number;
  /** The best value of the metric that `best` names. */
  readonly best?: Improvement;
  /** Where it was written. */
  readonly run?: RunDirectory;
  /** Folder of the last checkpoint. */
  readonly checkpoint?: string;
}
