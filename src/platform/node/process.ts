/** The process and the machine that it runs on. */
import { constants } from "node:os";

export { hostname, uptime } from "node:os";

/** What ends a run with a checkpoint: Ctrl-C, a polite kill, and a terminal that goes away. */
export const STOP_SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The process's signals by their names. */
export const signals: Pick<NodeJS.EventEmitter, "on" | "off"> = process;

/** What the system calls a signal. */
export function signalNumber(name: NodeJS.Signals): number {
  return constants.signals[name];
}
