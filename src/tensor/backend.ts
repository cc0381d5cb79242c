import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../errors.ts";
import "./gradients.ts";
import { loaders, type BackendName } from "./loaders.ts";

export type BackendChoice = BackendName | "auto";

/** The order in which `auto` tries: fastest first, `cpu` always works. */
const AUTO_ORDER: readonly BackendName[] = ["tensorflow", "webgpu", "wasm", "cpu"];

export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  /** What was found ("tfjs-node 4.22.0"), or why it cannot be used. */
  readonly detail: string;
}

/** Outcome of `useBackend`: the one chosen and, for `auto`, why those before it were passed over. */
export interface BackendSelection {
  readonly name: BackendName;
  readonly detail: string;
  readonly passedOver: readonly BackendReport[];
}

/** Loads one backend without making it the current one. Never throws: the reason is in `detail`. */
async function probeBackend(name: BackendName): Promise<BackendReport> {
  try {
    return { name, available: true, detail: await loaders[name]() };
  } catch (error) {
    return { name, available: false, detail: firstLine(error) };
  }
}

/** Probes all backends, in the order of preference. */
export async function probeBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const name of AUTO_ORDER) reports.push(await probeBackend(name));
  return reports;
}

/**
 * Makes a tfjs backend the current one. `auto` takes the first that works in the order tensorflow, webgpu, wasm, cpu.
 * Throws InputError if the named one cannot be used.
 */
export async function useBackend(choice: BackendChoice = "auto"): Promise<BackendSelection> {
  tf.enableProdMode(); // silences the banner; the library checks its own inputs
  const candidates = choice === "auto" ? AUTO_ORDER : [choice];
  const passedOver: BackendReport[] = [];
  for (const name of candidates) {
    const report = await probeBackend(name);
    if (report.available && (await tf.setBackend(name))) {
      await tf.ready();
      return { name, detail: report.detail, passedOver };
    }
    passedOver.push(report);
  }
  throw new InputError(
    `backend ${choice}: cannot be used here (${passedOver.map((report) => report.detail).join("; ")}); ` +
      "choose another with --backend, or see 'otlearn info'",
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!.trim();
}
