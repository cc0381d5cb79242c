import { existsSync } from "node:fs";
import { join } from "node:path";
import type { OwnResult } from "../../eval/evaluator.ts";
import { readNpy } from "../../src/data/npy.ts";
import { InputError } from "../../src/errors.ts";
import { readText } from "../../src/files/read.ts";
import type { RunDirectory } from "../run-directory.ts";

/** The figures of a result, beside its arrays. */
export const SUMMARY_FILE = "summary.json";

/** Throws InputError where it is no JSON object. */
export async function readSummary(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(file);
  try {
    const summary: unknown = JSON.parse(text);
    if (typeof summary === "object" && summary !== null) return summary as Readonly<Record<string, unknown>>;
  } catch {
    // said below
  }
  throw new InputError(`${file}: damaged, expected a JSON object`);
}

/** The result that a run has written; undefined where it has none, or none that can be read. */
export async function readResult({ resultFolder }: RunDirectory): Promise<OwnResult | undefined> {
  const file = join(resultFolder, SUMMARY_FILE);
  const summary = existsSync(file) ? await unlessDamaged(readSummary(file)) : undefined;
  if (!summary) return undefined;
  return {
    summary,
    async array(name) {
      const path = join(resultFolder, `${name}.npy`);
      return existsSync(path) ? unlessDamaged(readNpy(path)) : undefined;
    },
  };
}

async function unlessDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
