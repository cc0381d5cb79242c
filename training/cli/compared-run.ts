import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ComparedPicture, ComparedRun } from "../../eval/compare/compared-run.ts";
import { columnsOf } from "../../eval/curves/columns.ts";
import { InputError } from "../../src/errors.ts";
import { readBytes } from "../../src/files/read.ts";
import { readHistory } from "../metrics-history.ts";
import type { RunDirectory } from "../run-directory.ts";
import { readSummary, SUMMARY_FILE } from "./own-result.ts";

/** What `config.json` keeps beside options, to know a run's inputs again. */
const KEPT = ["dataShape", "dataFingerprint", "fileFingerprints", "fromRun"];

/** Whether a run has been evaluated. */
export function hasResult({ resultFolder }: RunDirectory): boolean {
  return existsSync(join(resultFolder, SUMMARY_FILE));
}

/** Reads what a comparison needs of a run. What is damaged is left out, with a note. */
export async function readComparedRun(directory: RunDirectory, name: string): Promise<ComparedRun> {
  const { path, config, metricsFile, resultFolder } = directory;
  const notes: string[] = [];
  const attempt = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      notes.push(error.message);
      return undefined;
    }
  };
  const history = (await attempt(() => readHistory(metricsFile))) ?? [];
  const summaryFile = join(resultFolder, SUMMARY_FILE);
  const summary = existsSync(summaryFile) ? await attempt(() => readSummary(summaryFile)) : undefined;
  const options = Object.entries(config.options).filter(([option]) => !KEPT.includes(option));
  const { dataset, data, dataFingerprint } = config.options;
  const computing = { backend: config.backend, ...(config.adapter && { adapter: config.adapter.name }) };
  return {
    name,
    path,
    task: config.task,
    created: config.created,
    settings: { ...Object.fromEntries(options), seed: config.seed, ...computing, otlearn: config.otlearn },
    data: String(dataFingerprint ?? JSON.stringify([dataset, data])),
    columns: columnsOf(history),
    summary,
    pictures: await picturesIn(resultFolder),
    notes,
  };
}

/** The PNG files of a result; none where there is no such folder. */
async function picturesIn(folder: string): Promise<ComparedPicture[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names
    .filter((name) => name.endsWith(".png"))
    .sort()
    .map(async (name) => {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => undefined);
      if (!stats?.isFile()) return [];
      return [{ name: name.slice(0, -".png".length), bytes: stats.size, read: () => readBytes(path) }];
    });
  return (await Promise.all(found)).flat();
}
