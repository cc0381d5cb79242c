/** What the server tells the page, as JSON. */
import type { Columns } from "../../eval/curves/columns.ts";
import type { MetricPanels } from "../../eval/curves/metric-panel.ts";

/**
 * - `starting`: a process has been started to go on with it, and is not there yet;
 * - `running`: a living process trains it; `stopping`: it was asked to stop and has not saved its checkpoint yet;
 * - `writing`: its steps are done, and a process writes its result;
 * - `finished`: its steps are done; `interrupted`: they are not, and nobody trains it;
 * - `unreadable`: see `problem`.
 */
export type RunState = "starting" | "running" | "stopping" | "writing" | "finished" | "interrupted" | "unreadable";

/** A line of `metrics.jsonl`; null stands for what is not finite. */
export type Row = Readonly<Record<string, number | null>>;

/** A run as the list shows it. */
export interface RunSummary {
  /** Names the run in requests; the same after a restart of the server. */
  readonly id: string;
  /** Where it lies below the directory; the directory's own name where that is the run. */
  readonly name: string;
  readonly state: RunState;
  /** What is wrong with its files, a line each. */
  readonly problems: readonly string[];
  readonly task?: string;
  readonly dataset?: string;
  /** When it was started, ISO 8601. */
  readonly created?: string;
  /** The last step that is logged. */
  readonly step: number;
  /** Steps that it has; unknown in runs of otlearn before 0.7. */
  readonly steps?: number;
  /** The newest value of each metric. */
  readonly metrics: Row;
  /** About 60 losses from the first step to the last. */
  readonly spark: readonly (number | null)[];
  /** Changes with each report that is written; absent where there is none. */
  readonly report?: string;
  /** Why the last attempt to go on with it failed: the last line that it said. */
  readonly failure?: string;
}

/** What a run was asked to do and what came out: for its page. */
export interface RunDetails {
  readonly options: Readonly<Record<string, unknown>>;
  /** `result/summary.json`, once it is there. */
  readonly summary?: Readonly<Record<string, unknown>>;
}

/** A page that a child process makes on demand: of a run that has not ended, or of several beside each other. */
export interface MadePage {
  /** What it is of, by the ids of the runs. */
  readonly runs: readonly string[];
  readonly state: "working" | "ready" | "failed";
  /** Why it failed, one line. */
  readonly problem?: string;
  /** Names it in requests; the same for the same runs. */
  readonly id: string;
  /** Counts how often it was made. */
  readonly version: number;
}

/** The history of a run, thinned to about 2000 rows. */
export interface History {
  readonly run: string;
  readonly columns: Columns;
  /** What is drawn of it. */
  readonly curves: MetricPanels;
  /** Whether rows are left out. */
  readonly thinned: boolean;
}

/** Events of the stream, by name. */
export interface Events {
  /** First of all, and after each reconnection. */
  readonly snapshot: {
    readonly directory: string;
    readonly runs: readonly RunSummary[];
    readonly notes: readonly string[];
    readonly pages: readonly MadePage[];
  };
  /** A run that is new, or has changed. */
  readonly run: RunSummary;
  readonly gone: { readonly run: string };
  /** What was passed over in the directory, and why. */
  readonly notes: readonly string[];
  readonly page: MadePage;
  /** Of the run that the page looks at: first, and whenever its log was cut or replaced. */
  readonly history: History;
  /** The rows since. */
  readonly rows: { readonly run: string; readonly rows: readonly Row[] };
  readonly details: { readonly run: string } & RunDetails;
}
