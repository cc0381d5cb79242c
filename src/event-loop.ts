import { nextTurn } from "#platform/machine";

/**
 * A turn of the event loop, some microseconds, in which signals, timers and the terminal are heard. Rejects with the reason of
 * `signal` once that is aborted.
 */
export async function pause(signal?: AbortSignal): Promise<void> {
  await new Promise<void>(nextTurn);
  signal?.throwIfAborted();
}
