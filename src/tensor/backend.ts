import * as tf from "@tensorflow/tfjs-core";
import { OptionError } from "../errors.ts";
import { nativeStatus } from "../native/loader.ts";
import type { MeasuredRates } from "../webgpu/rates.ts";
import { deviceSeconds, isWorthDevice, LEAST_SAVED_SECONDS, mayBeWorthDevice, type StepCost } from "./device-rule.ts";
import "./gradients.ts";
import { loaders, type BackendName, type Found } from "./loaders.ts";
import { PREFERENCES, type Candidate, type Work } from "./preferences.ts";

export type BackendChoice = BackendName | "auto";

const BACKENDS: readonly BackendName[] = ["tensorflow", "webgpu", "wasm", "cpu"];

export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  /** What was found ("tfjs-node 4.22.0"), or why it cannot be used. */
  readonly detail: string;
}

/** Outcome of `useBackend`: the one chosen and, for `auto`, why, and why those before it were passed over. */
export interface BackendSelection {
  readonly name: BackendName;
  readonly detail: string;
  /** What computes. */
  readonly device: Found["device"];
  /** Of `webgpu`. */
  readonly adapter: Found["adapter"];
  /** "fastest here for optimal transport"; undefined for one that was named. */
  readonly reason: string | undefined;
  readonly passedOver: readonly BackendReport[];
}

type Probe = BackendReport & Partial<Pick<Found, "device" | "adapter">>;

/** Loads one backend without making it the current one. Never throws: the reason is in `detail`. */
async function probeBackend(name: BackendName): Promise<Probe> {
  try {
    return { name, available: true, ...(await loaders[name]()) };
  } catch (error) {
    return { name, available: false, detail: firstLine(error) };
  }
}

/** Probes all backends. */
export async function probeBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const backend of BACKENDS) {
    const { name, available, detail } = await probeBackend(backend);
    reports.push({ name, available, detail });
  }
  return reports;
}

/**
 * Makes a tfjs backend the current one. `auto` takes what is fastest on this machine for the kind of work: `wasm` for optimal
 * transport, or WebGPU where the work is so large that a GPU was measured to pay; for networks a GPU through TensorFlow or WebGPU,
 * else the processor by native kernels, TensorFlow or `wasm`. A software adapter of WebGPU is only taken by name. Throws OptionError
 * if the named one cannot be used.
 *
 * @param step what a step of the work costs; without it no GPU is looked for in optimal transport
 */
export async function useBackend(
  choice: BackendChoice = "auto",
  work: Work = "transport",
  step?: StepCost,
): Promise<BackendSelection> {
  tf.enableProdMode(); // silences the banner; the library checks its own inputs
  if (choice !== "auto" && !Object.hasOwn(loaders, choice)) {
    throw new OptionError("backend", `expected auto or one of ${BACKENDS.join(", ")}, got ${JSON.stringify(choice)}`);
  }
  const { order, description } = PREFERENCES[work];
  const candidates: readonly Candidate[] = choice === "auto" ? order : [{ name: choice, needs: "any" }];
  const probes = new Map<BackendName, Probe>();
  const passedOver = new Map<BackendName, BackendReport>();
  for (const { name, needs } of candidates) {
    if (needs === "faster" && !(step && mayBeWorthDevice(step))) continue;
    const probe = probes.get(name) ?? (await probeBackend(name));
    probes.set(name, probe);
    const lack = probe.available ? await lackOf(probe, needs, step) : probe.detail;
    if (lack === undefined && (await tf.setBackend(name))) {
      await tf.ready();
      passedOver.delete(name);
      const reason = choice === "auto" ? `fastest here for ${description}` : undefined;
      return {
        name,
        detail: probe.detail,
        device: probe.device ?? "host",
        adapter: probe.adapter,
        reason,
        passedOver: [...passedOver.values()],
      };
    }
    passedOver.set(name, { name, available: probe.available, detail: lack ?? probe.detail });
  }
  const reasons = [...passedOver.values()].map(({ detail }) => detail).join("; ");
  throw new OptionError("backend", `${choice} cannot be used here (${reasons}); choose another, see 'otlearn info'`);
}

/** What a backend that works lacks to be preferred. */
async function lackOf(
  { name, detail, device }: Probe,
  needs: Candidate["needs"],
  step?: StepCost,
): Promise<string | undefined> {
  if ((needs === "gpu" || needs === "faster") && device !== "gpu") return `no GPU (${detail})`;
  if (needs === "faster" && step) {
    const rates = await ratesOf(name);
    if (isWorthDevice(step, rates)) return undefined;
    const [there, here] = [deviceSeconds(step, rates), step.hostSeconds].map((seconds) => seconds.toPrecision(2));
    return `does not pay for this work (about ${there} s a step, ${here} s on the processor; ${detail})`;
  }
  const { addon, detail: why } = nativeStatus();
  if (needs === "native" && !addon) return `no native kernels (${why})`;
  return undefined;
}

/** What the device of a backend does in a second, measured once. Leaves that backend the current one. */
async function ratesOf(name: BackendName): Promise<MeasuredRates> {
  await tf.setBackend(name);
  const { measureRates } = await import("../webgpu/rates.ts");
  return (measured ??= await measureRates());
}
let measured: MeasuredRates | undefined;

/** What `auto` makes of a GPU on this machine, in a line. */
export async function describeGpuRule(): Promise<string> {
  const probe = await probeBackend("webgpu");
  const lack = probe.available ? await lackOf(probe, "gpu") : probe.detail;
  if (lack !== undefined) return `never, ${lack}`;
  const before = tf.getBackend();
  const { secondsPerLaunch, bytesPerSecond, operationsPerSecond, readBackSeconds } = await ratesOf("webgpu");
  if (before) await tf.setBackend(before);
  const rates = [
    `${(1e6 * secondsPerLaunch).toPrecision(2)} us a launch`,
    `${(bytesPerSecond / 1e9).toPrecision(3)} GB/s`,
    `${(operationsPerSecond / 1e12).toPrecision(3)} TFLOP/s`,
    `${(1e3 * readBackSeconds).toPrecision(2)} ms a read`,
  ];
  return `where that saves more than ${LEAST_SAVED_SECONDS} s of a run, by ${rates.join(", ")}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0].trim();
}
