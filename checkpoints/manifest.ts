import { InputError } from "../src/errors.ts";
import type { Json } from "./state-map.ts";

/** Raised by every change that an older otlearn could not read. */
export const FORMAT_VERSION = 1;
const FORMAT = "otlearn-checkpoint";

/** `manifest.json` of a checkpoint. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly formatVersion: number;
  /** Version of otlearn that wrote it. */
  readonly otlearn: string;
  readonly task: string;
  /** Completed steps. */
  readonly step: number;
  /** Seconds of training up to this step, across resumes. */
  readonly seconds: number;
  /** Every resolved option of the run. */
  readonly config: Readonly<Record<string, unknown>>;
  /** State of the run's random generator. */
  readonly random: readonly number[];
  /** State maps (see state-map.ts): metrics of the step, what the loop remembers, the task's state. */
  readonly metrics: Json;
  readonly loop: Json;
  readonly state: Json;
  readonly tensors: { readonly file: string; readonly bytes: number; readonly sha256: string };
}

export function encodeManifest(manifest: Omit<Manifest, "format" | "formatVersion">): string {
  return `${JSON.stringify({ format: FORMAT, formatVersion: FORMAT_VERSION, ...manifest }, null, 2)}\n`;
}

type Check = readonly [expected: string, holds: (value: unknown) => boolean];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const TEXT: Check = ["text", (value) => typeof value === "string" && value !== ""];
const GROUP: Check = ["an object", isRecord];
const COUNT: Check = ["a whole number, at least 0", (value) => Number.isSafeInteger(value) && (value as number) >= 0];

const FIELDS: Readonly<Record<Exclude<keyof Manifest, "format" | "formatVersion">, Check>> = {
  otlearn: TEXT,
  task: TEXT,
  step: COUNT,
  seconds: ["a number", (value) => typeof value === "number"],
  config: GROUP,
  random: ["a list of integers", (value) => Array.isArray(value) && value.every(Number.isInteger)],
  metrics: GROUP,
  loop: GROUP,
  state: GROUP,
  tensors: GROUP,
};

const TENSOR_FIELDS: Readonly<Record<keyof Manifest["tensors"], Check>> = {
  file: ["a file name without folders", (value) => typeof value === "string" && /^[\w-][\w.-]*$/.test(value)],
  bytes: COUNT,
  sha256: ["64 hexadecimal digits", (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value)],
};

/**
 * Parses a manifest and checks every field. Throws InputError, one line, for anything else than a manifest of a format
 * version that this otlearn reads.
 *
 * @param name what messages call the file (its path)
 */
export function decodeManifest(text: string, name: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${name}: damaged (not JSON); use an earlier checkpoint`);
  }
  if (!isRecord(value) || value["format"] !== FORMAT) {
    throw new InputError(`${name}: not an otlearn checkpoint (expected "format": "${FORMAT}")`);
  }
  if (value["formatVersion"] !== FORMAT_VERSION) {
    const found = JSON.stringify(value["formatVersion"]);
    throw new InputError(
      `${name}: checkpoint format ${found} of otlearn ${String(value["otlearn"])}, expected ${FORMAT_VERSION}; ` +
        "use the otlearn that wrote it",
    );
  }
  checkFields(value, FIELDS, name);
  checkFields(value["tensors"] as Record<string, unknown>, TENSOR_FIELDS, `${name}: tensors`);
  return value as unknown as Manifest;
}

function checkFields(value: Record<string, unknown>, fields: Readonly<Record<string, Check>>, name: string): void {
  for (const [field, [expected, holds]] of Object.entries(fields)) {
    if (!holds(value[field])) {
      throw new InputError(
        `${name}: damaged, ${field} is ${JSON.stringify(value[field])}, expected ${expected}; use an earlier checkpoint`,
      );
    }
  }
}
