/** Nobody says how much there is. */
export function machineMemory(): number {
  return Infinity;
}

/** Calls `done` at the next turn of the event loop, by a message: browsers make timers that follow each other wait. */
export function nextTurn(done: () => void): void {
  const { port1, port2 } = new MessageChannel() as unknown as Record<"port1" | "port2", Port>;
  port1.onmessage = () => {
    port1.close(); // one that is open keeps its page's memory
    done();
  };
  port2.postMessage(undefined);
}

interface Port {
  onmessage: () => void;
  close(): void;
  postMessage(message: unknown): void;
}
