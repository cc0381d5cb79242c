import { InputError } from "../../src/errors.ts";
import { decodeInitializer } from "./file.ts";
import type { LearnedInitializer } from "./initializer.ts";

/**
 * Loads a learned initialiser that `otlearn export --format safetensors` wrote, from a path or a file: address under
 * Node, from an http(s): address anywhere. Choose the tfjs backend first; the result works on whichever is current. Throws
 * InputError for what cannot be read or is no initialiser.
 */
export async function loadInitializer(source: string | URL): Promise<LearnedInitializer> {
  return decodeInitializer(await readBytes(source), String(source));
}

async function readBytes(source: string | URL): Promise<Uint8Array> {
  const address = String(source);
  if (typeof process === "undefined" || /^(https?|data|blob):/.test(address)) return fetchBytes(address);
  try {
    const { readFile } = await import("node:fs/promises"); // only here: browsers never reach it
    return await readFile(/^file:/.test(address) ? new URL(address) : address);
  } catch (error) {
    throw new InputError(`${address}: cannot be read (${(error as Error).message.split("\n")[0]})`);
  }
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new InputError(`${address}: cannot be fetched (${(error as Error).message})`);
  }
}
