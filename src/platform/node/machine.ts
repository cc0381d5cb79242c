import { totalmem } from "node:os";

/** Memory that this process may have, in bytes. */
export function machineMemory(): number {
  const total = totalmem();
  const allowed = process.constrainedMemory?.() ?? 0; // of a container; 0 or beyond the total where there is no limit
  return allowed > 0 ? Math.min(allowed, total) : total;
}

/** Calls `done` at the next turn of the event loop. */
export function nextTurn(done: () => void): void {
  setImmediate(done);
}
