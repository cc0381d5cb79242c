import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { shapeOf, type Dataset } from "../../src/data/dataset.ts";
import { fingerprintOf } from "../../src/data/fingerprint.ts";
import { InputError } from "../../src/errors.ts";
import { readBytes } from "../../src/files/read.ts";
import { flagOf, pathOptions, type OptionTable } from "../../src/options.ts";

/**
 * What `config.json` keeps, beside the options, of the data and files that a run was started on: enough to know them again
 * wherever they are, and what shape other data must have.
 */
export interface KeptInputs {
  readonly dataShape: readonly number[];
  readonly dataFingerprint: string;
  /** One an option that names a file; none in runs of otlearn 0.4. */
  readonly fileFingerprints?: Readonly<Record<string, string>>;
  /** The paths among the options as seen from the run's folder, so that a run and its inputs may move together. */
  readonly fromRun?: Readonly<Record<string, string>>;
}

type Options = Readonly<Record<string, unknown>>;

/**
 * Options and inputs as the `config.json` of a run in the folder `run` keeps them. Paths are absolute, so that the run goes on
 * from any folder.
 */
export async function keepInputs(
  table: OptionTable,
  options: Options,
  dataset: Dataset,
  run: string,
): Promise<Options & KeptInputs> {
  const paths = given(pathOptions(table), options);
  return {
    ...options,
    ...Object.fromEntries(paths.map(([name, path]) => [name, resolve(path)])),
    dataShape: shapeOf(dataset),
    dataFingerprint: await fingerprintOf(dataset),
    fileFingerprints: await fileFingerprints(table, options),
    fromRun: Object.fromEntries(paths.map(([name, path]) => [name, relative(run, path)])),
  };
}

/** The options with the paths of inputs that lie where they lay, as seen from the run, although both have moved. */
export function foundFromRun(options: Options, { fromRun = {} }: KeptInputs, run: string): Options {
  const there = Object.entries(fromRun)
    .map(([name, path]) => [name, resolve(run, path)] as const)
    .filter(([name, path]) => options[name] !== undefined && existsSync(path));
  return { ...options, ...Object.fromEntries(there) };
}

/** Separates what `keepInputs` added. Throws InputError naming the field where it is missing or damaged. */
export function keptInputs(saved: Options, file: string): { readonly options: Options; readonly kept: KeptInputs } {
  const { dataShape, dataFingerprint, fileFingerprints, fromRun, ...options } = saved;
  const require = (field: string, value: unknown, holds: boolean): void => {
    if (!holds) throw new InputError(`${file}: damaged or foreign, options.${field} is ${JSON.stringify(value)}`);
  };
  require("dataShape", dataShape, Array.isArray(dataShape) && dataShape.every(Number.isInteger));
  require("dataFingerprint", dataFingerprint, typeof dataFingerprint === "string");
  require("fileFingerprints", fileFingerprints, isRecordOfTexts(fileFingerprints ?? {}));
  require("fromRun", fromRun, isRecordOfTexts(fromRun ?? {}));
  return { options, kept: { dataShape, dataFingerprint, fileFingerprints, fromRun } as KeptInputs };
}

/** Whether these are the data that the run was started on. */
export async function isOwnData(dataset: Dataset, { dataFingerprint }: KeptInputs): Promise<boolean> {
  return (await fingerprintOf(dataset)) === dataFingerprint;
}

/** Throws InputError unless the data are those that the run was started on. */
export async function checkData(dataset: Dataset, kept: KeptInputs): Promise<void> {
  if (await isOwnData(dataset, kept)) return;
  const [got, expected] = [shapeOf(dataset), kept.dataShape].map((shape) => JSON.stringify(shape));
  const difference = got === expected ? "" : ` (shape ${got}, then ${expected})`;
  throw new InputError(
    `${dataset.name}: the data are not those that the run was started on${difference}; restore them, point to them with --data, ` +
      "or start a new run",
  );
}

/** Throws InputError where the data of a run lie in a place that is not there any more. */
export function requireData({ data }: Options): void {
  if (data !== undefined) requirePresent("data", data as string);
}

/** Throws InputError unless the files that options name are there, with the content that the run was started on. */
export async function checkFiles(table: OptionTable, options: Options, kept: KeptInputs): Promise<void> {
  for (const [name, path] of given(pathOptions(table, "file"), options)) requirePresent(name, path);
  const found = await fileFingerprints(table, options);
  for (const [name, fingerprint] of Object.entries(kept.fileFingerprints ?? {})) {
    if (found[name] === fingerprint) continue;
    throw new InputError(
      `${flagOf(name)} ${String(options[name])}: not the file that the run was started with; restore it, point to it with ` +
        `${flagOf(name)}, or start a new run`,
    );
  }
}

function requirePresent(name: string, path: string): void {
  if (existsSync(path)) return;
  throw new InputError(`${path}: does not exist; if it was moved, say where to: ${flagOf(name)} PATH`);
}

/** Name and value of the options of a table that have one. */
function given(table: OptionTable, options: Options): [name: string, path: string][] {
  return Object.keys(table)
    .filter((name) => options[name] !== undefined)
    .map((name) => [name, options[name] as string]);
}

async function fileFingerprints(table: OptionTable, options: Options): Promise<Record<string, string>> {
  const found = given(pathOptions(table, "file"), options).map(async ([name, path]) => {
    const bytes = await readBytes(path);
    return [name, createHash("sha256").update(bytes).digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

function isRecordOfTexts(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");
}
