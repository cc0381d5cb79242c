import type { MetricsRow } from "../../models/task.ts";

/** What a reporter is told at the start: the steps already done (after a resume) and those there are. */
export interface ProgressStart {
  readonly task: string;
  readonly step: number;
  readonly steps: number;
  /** Where the run is written, if anywhere. */
  readonly run?: string;
}

export interface ProgressEnd {
  readonly status: string;
  readonly reason: string;
  readonly step: number;
  readonly seconds: number;
  /** Folder of the last checkpoint, if any. */
  readonly checkpoint?: string;
}

/** Shows how a run goes. The loop calls it; it never throws and never slows a step. */
export interface Reporter {
  start(info: ProgressStart): void;
  /** Inside a long step: the fraction done, in [0, 1], and a short note ("412 of 2043 rows"). */
  within(step: number, fraction: number, note?: string): void;
  /** After a step: the line of the metrics log. */
  row(row: MetricsRow): void;
  end(info: ProgressEnd): void;
  /** Leaves the terminal as it was; called last, also after an error. */
  close(): void;
}

/** Where text goes: a stream of the process, or a test's collector. */
export type Write = (text: string) => void;
