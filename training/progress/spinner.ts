import { ora } from "#platform/terminal";
import type { ProgressEnd, Reporter } from "./reporter.ts";
import { StatusLine } from "./status-line.ts";

/** Steps may block the event loop, so the spinner is also drawn as they report, at most this often. */
const DRAW_INTERVAL_MS = 80;
/** Inside a step is shown only where the step takes longer than this. */
const LONG_STEP_MS = 500;
/** Statuses that are no success. */
const FAILED = new Set(["non-finite"]);
const STOPPED = new Set(["interrupted"]);

/** One live line on a terminal. */
export function spinnerReporter(stream: NodeJS.WritableStream): Reporter {
  // Left alone, stdin keeps Ctrl-C a signal even while a step computes.
  const spinner = ora({ stream, discardStdin: false });
  let status: StatusLine | undefined;
  let nextDraw = 0;
  let lastStep = Date.now();
  const draw = () => {
    if (!status || Date.now() < nextDraw) return;
    nextDraw = Date.now() + DRAW_INTERVAL_MS;
    spinner.text = status.current();
    spinner.render();
  };
  return {
    start(info) {
      status = new StatusLine(info);
      spinner.start(status.opening());
    },
    within(step, fraction, note) {
      if (Date.now() - lastStep < LONG_STEP_MS) return;
      status?.within(step, fraction, note);
      draw();
    },
    row(row) {
      lastStep = Date.now();
      status?.row(row);
      draw();
    },
    end(info) {
      spinner[closingSymbol(info)](status?.closing(info));
    },
    close() {
      if (spinner.isSpinning) spinner.stop();
    },
  };
}

function closingSymbol({ status }: ProgressEnd): "fail" | "warn" | "succeed" {
  if (FAILED.has(status)) return "fail";
  return STOPPED.has(status) ? "warn" : "succeed";
}
