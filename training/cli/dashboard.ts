import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { flagOption, numberOption, pickOptions, textOption } from "../../src/options.ts";
import { openInBrowser } from "../dashboard/browser.ts";
import { DEFAULT_PORT } from "../dashboard/default-port.ts";
import type { Dashboard } from "../dashboard/server.ts";
import { STOP_SIGNALS } from "../loop/stop-signal.ts";
import type { OutputFlags } from "./common-options.ts";
import { ExitStatus } from "./exit-status.ts";
import { sayer } from "./say.ts";

/** Where runs go without `--out`. */
export const DEFAULT_DIRECTORY = "runs";

export const dashboardOptions = {
  host: textOption({
    description: "address to listen on; another than 127.0.0.1 lets others see the runs",
    placeholder: "address",
  }),
  port: numberOption({
    description: `port to listen on, 0: any (default: ${DEFAULT_PORT}, or the next that is free)`,
    default: undefined,
    least: 0,
    most: 65_535,
    integer: true,
  }),
  open: flagOption("open it in the browser"),
} as const;

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;
/** How long a dashboard whose training has ended waits for a page to come, or to come back. */
const LINGER_MS = 10_000;

/**
 * `withTraining`: it ends after the training that started it, once nobody looks any more; standard input ends with that. `show`: the
 * path of the run that is opened first.
 */
export type DashboardFlags = OutputFlags & { readonly withTraining?: boolean; readonly show?: string };

/** `otlearn dashboard [dir]`: prints the address and serves until it is interrupted. */
export async function dashboardCommand(
  directory: string,
  given: Readonly<Record<string, unknown>>,
  flags: DashboardFlags,
): Promise<number> {
  const { host = "127.0.0.1", port, open } = pickOptions(dashboardOptions, given);
  const stopped = Promise.race(STOP_SIGNALS.map((name) => once(process, name)));
  const { startDashboard } = await import("../dashboard/server.ts"); // no other command waits for the server's modules
  const dashboard = await startDashboard({ directory, host, port });
  const url = dashboard.address(flags.show);
  process.stdout.write(`${flags.json ? JSON.stringify({ url, directory: dashboard.directory }) : url}\n`);
  const say = sayer(flags);
  say(`runs in ${dashboard.directory}; end with Ctrl-C`);
  if (!LOOPBACK.test(host) && !flags.quiet) {
    process.stderr.write(
      `warning: on ${host} everybody who reaches this machine can see these runs; the address above lets them be stopped, too\n`,
    );
  }
  const problem = open ? await openInBrowser(dashboard.addressOnce(flags.show)) : undefined;
  if (problem !== undefined) say(`note: ${problem}; open the address above`);
  await (flags.withTraining ? Promise.race([stopped, trainingEnds(dashboard)]) : stopped);
  await dashboard.close();
  return ExitStatus.done;
}

/** Resolves when the training has ended and nobody has looked for a while. */
async function trainingEnds({ viewers }: Dashboard): Promise<void> {
  process.stdin.resume();
  await once(process.stdin, "close");
  for (let idle = 0; idle < LINGER_MS; idle = viewers() > 0 ? 0 : idle + 500) await setTimeout(500);
}
