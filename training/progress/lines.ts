import type { Reporter, Write } from "./reporter.ts";
import { StatusLine } from "./status-line.ts";

/** At most one line in this time, so that a log file stays readable. */
const LINE_INTERVAL_MS = 10_000;

/** Plain lines for logs and pipes: the start, the first step, then one every ten seconds, and the end. */
export function linesReporter(write: Write, now: () => number = Date.now): Reporter {
  let status: StatusLine | undefined;
  let nextLine = 0;
  const printIfDue = () => {
    if (!status || now() < nextLine) return;
    nextLine = now() + LINE_INTERVAL_MS;
    write(`${status.current()}\n`);
  };
  return {
    start(info) {
      status = new StatusLine(info);
      write(`${status.opening()}\n`);
    },
    within(step, fraction, note) {
      status?.within(step, fraction, note);
      printIfDue();
    },
    row(row) {
      status?.row(row);
      printIfDue();
    },
    end: (info) => write(`${status?.closing(info)}\n`),
    close: () => undefined,
  };
}
