import { basename, resolve } from "node:path";
import { exportCheckpoint, type ExportFormat } from "../../checkpoints/export.ts";
import type { OutputFlags } from "./common-options.ts";
import { ExitStatus } from "./exit-status.ts";

export interface ExportFlags extends OutputFlags {
  readonly format: ExportFormat;
  readonly out?: string;
}

/** `otlearn export <run or checkpoint>`: the result of a finished run, or the state of a checkpoint, in one file. */
export async function exportCommand(path: string, { format, out, json, quiet }: ExportFlags): Promise<number> {
  const file = out ?? `${basename(resolve(path))}.${format}`;
  const arrays = await exportCheckpoint(path, format, file);
  if (json) process.stdout.write(`${JSON.stringify({ file, arrays })}\n`);
  else if (!quiet) process.stdout.write(`${file}: ${arrays.join(", ")}\n`);
  return ExitStatus.done;
}
