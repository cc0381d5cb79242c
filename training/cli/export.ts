import { basename, resolve } from "node:path";
import { readCheckpoint, readManifest } from "../../checkpoints/checkpoint.ts";
import { locateCheckpoint } from "../../checkpoints/locate.ts";
import { EXPORT_FORMATS, exportCheckpoint, type ExportFormat } from "../../checkpoints/export.ts";
import { InputError } from "../../src/errors.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import type { SavedModel } from "../components/component.ts";
import { components } from "../components/index.ts";
import type { OutputFlags } from "./common-options.ts";
import { ExitStatus } from "./exit-status.ts";
import { isReleased, releasedRun } from "./released-run.ts";

export interface ExportFlags extends OutputFlags {
  readonly format: string;
  readonly out?: string;
}

/** Every format that some component writes. */
export const ALL_EXPORT_FORMATS: readonly string[] = [
  ...new Set([...EXPORT_FORMATS, ...Object.values(components).flatMap(({ exporter }) => exporter?.formats ?? [])]),
];

/**
 * `otlearn export <run, checkpoint, or the name of a released initialiser>`: the trained model where the component has a file for it in that format, else the
 * arrays of a finished run's result or of a checkpoint's state, in one file.
 */
export async function exportCommand(path: string, { format, out, json, quiet }: ExportFlags): Promise<number> {
  const file = out ?? `${basename(resolve(path))}.${format}`;
  const written = await exportModel(path, format, file);
  const arrays = written ? undefined : await exportCheckpoint(path, arrayFormat(format), file);
  if (json) process.stdout.write(`${JSON.stringify(written ? { files: written } : { file, arrays })}\n`);
  else if (!quiet) process.stdout.write(written ? `${written.join("\n")}\n` : `${file}: ${arrays!.join(", ")}\n`);
  return ExitStatus.done;
}

/** Writes the model of a run whose component has this format; undefined where it has not. */
async function exportModel(path: string, format: string, out: string): Promise<readonly string[] | undefined> {
  if (isReleased(path)) return exportReleased(path, format, out);
  const folder = await locateCheckpoint(path).catch(() => undefined); // what is wrong, exportCheckpoint says
  if (folder === undefined) return undefined;
  const { task } = await readManifest(folder);
  const exporter = Object.hasOwn(components, task) ? components[task].exporter : undefined;
  if (!exporter?.formats.includes(format)) return undefined;
  await useBackend("cpu");
  const { config, state } = await readCheckpoint(folder);
  const { options } = config as unknown as SavedModel["config"];
  return exporter.write({ config: { options }, state }, format, out);
}

/** Its formats are those of its component; there are no arrays beside the model. */
async function exportReleased(name: string, format: string, out: string): Promise<readonly string[]> {
  await useBackend("cpu");
  const { component, run } = await releasedRun(name);
  const { formats, write } = component.exporter!;
  if (formats.includes(format)) return write(run, format, out);
  throw new InputError(`--format ${format}: not for a released initialiser; expected one of ${formats.join(", ")}`);
}

function arrayFormat(format: string): ExportFormat {
  if ((EXPORT_FORMATS as readonly string[]).includes(format)) return format as ExportFormat;
  throw new InputError(`--format ${format}: not for this run; expected one of ${EXPORT_FORMATS.join(", ")}`);
}
