import { join } from "#platform/files";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { readText } from "../src/files/read.ts";
import { InputError } from "../src/errors.ts";
import type { StateTree } from "../src/tensor/tree.ts";
import { version } from "../src/version.ts";
import { decodeManifest, encodeManifest, type Manifest } from "./manifest.ts";
import { encodeSafetensors } from "./safetensors.ts";
import { joinState, splitState } from "./state-map.ts";
import { fingerprintOf, readTensorFile } from "./tensor-file.ts";

export const MANIFEST_FILE = "manifest.json";
const TENSOR_FILE = "state.safetensors";

/** All that a run needs to go on bit for bit. */
export interface Checkpoint {
  readonly task: string;
  /** Completed steps. */
  readonly step: number;
  /** Seconds of training up to this step, across resumes. */
  readonly seconds: number;
  /** Every resolved option of the run, as JSON. */
  readonly config: Readonly<Record<string, unknown>>;
  /** State of the run's random generator (`Random.state()`). */
  readonly random: readonly number[];
  /** Metrics of the step; what "best" is chosen by. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What the training loop remembers: early stop, the best value so far. Scalars only. */
  readonly loop: StateTree;
  /** The task's state (`Task.save`). */
  readonly state: StateTree;
}

/** The files of a checkpoint: their chunks of bytes by name, in the order in which they are to be written, the manifest last. */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  const { task, step, seconds, config, random } = checkpoint;
  const { map, arrays } = splitState(checkpoint.state);
  const chunks = encodeSafetensors(arrays, { otlearn: version, task, step: String(step) });
  const manifest = encodeManifest({
    otlearn: version,
    task,
    step,
    seconds,
    config,
    random,
    metrics: splitState(checkpoint.metrics).map,
    loop: splitState(checkpoint.loop).map,
    state: map,
    tensors: { file: TENSOR_FILE, ...(await fingerprintOf(chunks)) },
  });
  return new Map([
    [TENSOR_FILE, chunks],
    [MANIFEST_FILE, [new TextEncoder().encode(manifest)]],
  ]);
}

/**
 * Writes the two files of a checkpoint into an existing folder, both flushed to the disk, the manifest last. The store
 * gives the folder its final name afterwards. Throws InputError (read-only) or RunError (disk full).
 */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  for (const [name, chunks] of await encodeCheckpoint(checkpoint)) await writeFileAtomic(join(folder, name), chunks);
}

/** The checked manifest of a checkpoint folder; the tensor file is not looked at. Throws InputError. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  return decodeManifest(await readText(path), path);
}

/**
 * Reads a checkpoint folder and verifies it: format version, fields, size and sha256 of the tensor file, bounds of every
 * array. Throws InputError, one line, for anything missing, truncated, altered or foreign.
 *
 * @param task the task that the checkpoint must belong to; any by default
 */
export async function readCheckpoint(folder: string, task?: string): Promise<Checkpoint> {
  const manifest = await readManifest(folder);
  if (task !== undefined && manifest.task !== task) {
    throw new InputError(`${folder}: a checkpoint of task ${manifest.task}, expected ${task}`);
  }
  const { arrays } = await readTensorFile(join(folder, manifest.tensors.file), manifest.tensors);
  try {
    const { step, seconds, config, random } = manifest;
    return {
      task: manifest.task,
      step,
      seconds,
      config,
      random,
      metrics: joinState(manifest.metrics, arrays) as Checkpoint["metrics"],
      loop: joinState(manifest.loop, arrays) as StateTree,
      state: joinState(manifest.state, arrays) as StateTree,
    };
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${join(folder, MANIFEST_FILE)}: ${error.message}`) : error;
  }
}
