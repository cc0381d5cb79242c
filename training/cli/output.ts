/** What became of what was printed. */
export interface Output {
  /** Why a part of the output went nowhere; undefined where all of it has arrived. Waits until it is written. */
  lost(): Promise<string | undefined>;
}

const REASONS: Readonly<Record<string, string>> = {
  EPIPE: "closed by its reader before its end",
  ENOSPC: "cannot be written: the disk is full",
  EDQUOT: "cannot be written: the disk quota is used up",
};

/**
 * Keeps what cannot be printed (a full disk, a reader that has seen enough, a terminal that is gone) from ending a run: it costs
 * the output, and the exit status says so at the end. Of `log` nobody needs to know.
 */
export function watchOutput(output: NodeJS.WritableStream, log: NodeJS.WritableStream): Output {
  let reason: string | undefined;
  output.on("error", (error: NodeJS.ErrnoException) => {
    reason ??= REASONS[error.code ?? ""] ?? `cannot be written (${error.message})`;
  });
  log.on("error", () => undefined);
  return {
    async lost() {
      // Errors come with the callback of a write, or right after it.
      await new Promise<void>((resolve) => output.write("", () => setImmediate(resolve)));
      return reason;
    },
  };
}
