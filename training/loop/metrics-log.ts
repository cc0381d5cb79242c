import type { FileHandle } from "node:fs/promises";
import { open, truncate } from "#platform/files";
import { fileError } from "../../src/files/errors.ts";
import { readBytes } from "../../src/files/read.ts";
import type { MetricsRow } from "../../models/task.ts";

/** `metrics.jsonl` of a run, a JSON object a step. A metric that is not finite is written as null. */
export class MetricsLog {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Opens a log to be continued after `step`: later lines, and a last line that a kill tore, are cut off. */
  static async open(path: string, step: number): Promise<MetricsLog> {
    try {
      const file = await open(path, "a");
      if (step > 0 || (await file.stat()).size > 0) await truncate(path, lengthUpTo(step, await readBytes(path)));
      return new MetricsLog(path, file);
    } catch (error) {
      throw fileError(path, error);
    }
  }

  /** Appends a line, in one write. Throws RunError where the disk is full. */
  async append(row: MetricsRow): Promise<void> {
    try {
      await this.#file.appendFile(`${JSON.stringify(row)}\n`);
    } catch (error) {
      throw fileError(this.#path, error);
    }
  }

  /** Makes the lines so far survive a power failure. */
  async flush(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (error) {
      throw fileError(this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

const NEWLINE = "\n".charCodeAt(0);

/** Bytes of the leading complete lines whose step is at most `step`. */
function lengthUpTo(step: number, bytes: Uint8Array): number {
  let kept = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, kept)) {
    const line = stepOf(new TextDecoder().decode(bytes.subarray(kept, end)));
    if (line === undefined || line > step) break;
    kept = end + 1;
  }
  return kept;
}

function stepOf(line: string): number | undefined {
  try {
    const step = (JSON.parse(line) as { step?: unknown } | null)?.step;
    return typeof step === "number" ? step : undefined;
  } catch {
    return undefined;
  }
}
