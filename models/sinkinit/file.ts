import { expectArray } from "../../checkpoints/leaves.ts";
import { decodeSafetensors, encodeSafetensors } from "../../checkpoints/safetensors.ts";
import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import { anyGridInitializer } from "./any-grid/initializer.ts";
import type { AnyGridSpec } from "./any-grid/spec.ts";
import { readAnyGridWeights } from "./any-grid/weights.ts";
import { buildApproximator, type ApproximatorSpec } from "./approximator.ts";
import { learnedInitializer, type LearnedInitializer } from "./initializer.ts";
import { FORMAT, parseSpec } from "./spec.ts";
import { weightShapes } from "./weight-shapes.ts";
import { loadWeights } from "../network/weights.ts";

/** A trained approximator in one safetensors file; its description is JSON in the header's metadata. */
export function encodeInitializer(
  spec: ApproximatorSpec | AnyGridSpec,
  weights: Readonly<Record<string, NdArray>>,
  version: string,
): readonly Uint8Array[] {
  const metadata = { format: FORMAT, otlearn: version, spec: JSON.stringify(spec) };
  return encodeSafetensors(new Map(Object.entries(weights)), metadata);
}

/** What a file of ours holds. */
export interface SavedInitializer {
  readonly spec: ApproximatorSpec | AnyGridSpec;
  readonly weights: Readonly<Record<string, NdArray>>;
}

/** Inverse of `encodeInitializer`. Throws InputError, one line, for a foreign or damaged file. */
export function parseInitializer(bytes: Uint8Array, name: string): SavedInitializer {
  const { arrays, metadata } = decodeSafetensors(bytes, name);
  if (metadata["format"] !== FORMAT) {
    throw new InputError(
      `${name}: not a learned initialiser, expected format ${FORMAT}, got ${metadata["format"] ?? "none"}`,
    );
  }
  return { spec: parseSpec(parseJson(metadata["spec"], name), name), weights: Object.fromEntries(arrays) };
}

/** The same, ready to use. */
export function decodeInitializer(bytes: Uint8Array, name: string): LearnedInitializer {
  const { spec, weights } = parseInitializer(bytes, name);
  return initializerOf(spec, { weights }, "weights", name);
}

/**
 * An initialiser from a saved state: of a checkpoint, or of a file. Throws InputError naming the leaf that does not fit, before the
 * network that the description asks for takes any memory.
 */
export function initializerOf(
  spec: ApproximatorSpec | AnyGridSpec,
  state: StateTree,
  path: string,
  name?: string,
): LearnedInitializer {
  if (spec.network === "any-grid") return anyGridInitializer(spec, readAnyGridWeights(spec, state, path), name);
  for (const [weight, shape] of weightShapes(spec)) expectArray(state, `${path}.${weight}`, shape, Float32Array);
  const network = buildApproximator(spec);
  try {
    loadWeights(network, state, path);
  } catch (error) {
    network.dispose();
    throw error;
  }
  return learnedInitializer(network, spec, name);
}

function parseJson(text: string | undefined, name: string): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    throw new InputError(`${name}: not a learned initialiser, its description is not JSON`);
  }
}
