import { once } from "node:events";
import { pickOptions } from "../../src/options.ts";
import { openInBrowser } from "../dashboard/browser.ts";
import { STOP_SIGNALS } from "../loop/stop-signal.ts";
import type { OutputFlags } from "./common-options.ts";
import { dashboardOptions } from "./dashboard.ts";
import { ExitStatus } from "./exit-status.ts";
import { sayer } from "./say.ts";

const { port, open } = dashboardOptions;
export const demoOptions = { port, open } as const;

/** `otlearn demo`: prints the address and serves the page until it is interrupted. */
export async function demoCommand(given: Readonly<Record<string, unknown>>, flags: OutputFlags): Promise<number> {
  const options = pickOptions(demoOptions, given);
  const stopped = Promise.race(STOP_SIGNALS.map((name) => once(process, name)));
  const { startDemo } = await import("../demo/server.ts"); // no other command waits for the server's modules
  const demo = await startDemo(options);
  process.stdout.write(`${flags.json ? JSON.stringify({ url: demo.url }) : demo.url}\n`);
  const say = sayer(flags);
  say("a dictionary learns in the page, which sends nothing anywhere; end with Ctrl-C");
  const problem = options.open ? await openInBrowser(demo.url) : undefined;
  if (problem !== undefined) say(`note: ${problem}; open the address above`);
  await stopped;
  await demo.close();
  return ExitStatus.done;
}
