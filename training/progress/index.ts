/** Shows how a run goes. Reporters are told facts by the loop and decide themselves what to show, where and how often. */
import { stderr, stdout } from "#platform/terminal";
import { jsonReporter } from "./json.ts";
import { linesReporter } from "./lines.ts";
import { quietReporter } from "./quiet.ts";
import type { Reporter } from "./reporter.ts";
import { spinnerReporter } from "./spinner.ts";

export type { ProgressEnd, ProgressStart, Reporter } from "./reporter.ts";
export { jsonReporter, linesReporter, quietReporter, spinnerReporter };

export interface ReporterOptions {
  /** JSON lines on standard output. @default false */
  readonly json?: boolean;
  /** Nothing, unless `json`. @default false */
  readonly quiet?: boolean;
  /** Where JSON lines go. @default process.stdout */
  readonly output?: NodeJS.WritableStream;
  /** Where everything else goes. @default process.stderr */
  readonly log?: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

/** The reporter for the way a command was called: JSON lines, nothing, a spinner on a terminal, or plain lines. */
export function createReporter({
  json = false,
  quiet = false,
  output = stdout,
  log = stderr,
}: ReporterOptions = {}): Reporter {
  if (json) return jsonReporter((text) => output.write(text));
  if (quiet) return quietReporter;
  // Some pseudo-terminals say that they are 0 columns wide, on which no line can be drawn over.
  return log.isTTY && log.columns ? spinnerReporter(log) : linesReporter((text) => log.write(text));
}
