import { join } from "node:path";
import { columnsOf } from "../../eval/curves/columns.ts";
import type { Metrics } from "../../models/task.ts";
import { METRICS_FILE } from "../run-directory.ts";
import type { Events, History, RunDetails } from "./messages.ts";
import { MetricsTail } from "./metrics-tail.ts";
import { panelsOf } from "./panels.ts";
import type { WatchedRun } from "./watched-run.ts";

/** Takes the events of a directory, in order. */
export type Send = <Name extends keyof Events>(name: Name, data: Events[Name]) => void;

/** Rows of a run that somebody looks at. */
const TAIL = { most: 2000, mostBytes: 2 ** 23 } as const;

/** The rows and details of a run that somebody looks at. */
export class FollowedRun {
  readonly #run: WatchedRun;
  readonly #tail: MetricsTail;
  #isNew = true;
  #details: RunDetails | undefined;

  constructor(root: string, run: WatchedRun) {
    this.#run = run;
    this.#tail = new MetricsTail({ root, path: join(run.found.path, METRICS_FILE), ...TAIL });
  }

  /** Sends what has changed since the last look, everything at the first. Never throws: what is wrong is part of the run's summary. */
  async look(send: Send): Promise<void> {
    const { id } = this.#run.found;
    const { restarted, rows } = await this.#tail.poll().catch(() => ({ restarted: true, rows: [] }));
    if (this.#isNew || restarted) send("history", this.#history());
    else if (rows.length > 0) send("rows", { run: id, rows });
    this.#isNew = false;
    const details = await this.#run.details().catch(() => undefined);
    if (details && JSON.stringify(details) !== JSON.stringify(this.#details)) send("details", { run: id, ...details });
    this.#details = details;
  }

  /** Sends what is known, to somebody who comes later. */
  replay(send: Send): void {
    if (this.#isNew) return; // the look that is under way sends it
    send("history", this.#history());
    if (this.#details) send("details", { run: this.#run.found.id, ...this.#details });
  }

  #history(): History {
    const { rows, thinned, latest } = this.#tail;
    const columns = columnsOf(rows as readonly Metrics[]); // null is a value that is not finite there, too
    return { run: this.#run.found.id, columns, curves: panelsOf(this.#run.task, latest), thinned };
  }
}
