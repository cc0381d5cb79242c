import type { Reporter, Write } from "./reporter.ts";

/** A JSON object a line: `{"event":"start",...}`, then the lines of the metrics log, then `{"event":"end",...}`. */
export function jsonReporter(write: Write): Reporter {
  const print = (value: object) => write(`${JSON.stringify(value)}\n`);
  return {
    start: (info) => print({ event: "start", ...info }),
    within: () => undefined,
    row: print,
    end: (info) => print({ event: "end", ...info }),
    close: () => undefined,
  };
}
