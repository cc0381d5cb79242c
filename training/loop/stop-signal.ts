import { signalNumber, signals } from "#platform/process";
import { nativeStatus } from "../../src/native/loader.ts";

export interface StopSignal {
  /** Aborted once the run is asked to stop; its reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

export { STOP_SIGNALS } from "#platform/process";

/**
 * Listens for process signals and for a caller's own AbortSignal. The first request is graceful. It also ends the
 * listening, so that a second signal has its default effect and ends the process at once. While JavaScript has no turn to hear
 * the first, inside a long native call, the addon sees to the second.
 */
export function listenForStop(names: readonly NodeJS.Signals[], external?: AbortSignal): StopSignal {
  const controller = new AbortController();
  const native = names.length > 0 ? nativeStatus().addon : undefined;
  const onSignal = (name: NodeJS.Signals) => stop(name);
  const onAbort = () => stop(external?.reason);

  function dispose(): void {
    native?.unwatchSignals();
    for (const name of names) signals.off(name, onSignal);
    external?.removeEventListener("abort", onAbort);
  }
  function stop(reason: unknown): void {
    dispose();
    controller.abort(reason);
  }

  for (const name of names) signals.on(name, onSignal);
  native?.watchSignals(names.map((name) => signalNumber(name)));
  external?.addEventListener("abort", onAbort);
  if (external?.aborted) onAbort();
  return { signal: controller.signal, dispose };
}
