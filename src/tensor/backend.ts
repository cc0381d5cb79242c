import * as tf from "@tensorflow/tfjs-core";
import { OptionError } from "../errors.ts";
import { nativeStatus } from "../native/loader.ts";
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
 * transport; for networks a GPU through TensorFlow or WebGPU, else the processor by native kernels, TensorFlow or `wasm`. A
 * software adapter of WebGPU is only taken by name. Throws OptionError if the named one cannot be used.
 */
export async function useBackend(choice: BackendChoice = "auto", work: Work = "transport"): Promise<BackendSelection> {
  tf.enableProdMode(); // silences the banner; the library checks its own inputs
  if (choice !== "auto" && !Object.hasOwn(loaders, choice)) {
    throw new OptionError("backend", `expected auto or one of ${BACKENDS.join(", ")}, got ${JSON.stringify(choice)}`);
  }
  const { order, description } = PREFERENCES[work];
  const candidates: readonly Candidate[] = choice === "auto" ? order : [{ name: choice, needs: "any" }];
  const probes = new Map<BackendName, Probe>();
  const passedOver = new Map<BackendName, BackendReport>();
  for (const { name, needs } of candidates) {
    const probe = probes.get(name) ?? (await probeBackend(name));
    probes.set(name, probe);
    const lack = probe.available ? lackOf(probe, needs) : probe.detail;
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
function lackOf({ detail, device }: Probe, needs: Candidate["needs"]): string | undefined {
  if (needs === "gpu" && device !== "gpu") return `no GPU (${detail})`;
  const { addon, detail: why } = nativeStatus();
  if (needs === "native" && !addon) return `no native kernels (${why})`;
  return undefined;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0].trim();
}
