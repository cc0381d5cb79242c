import { constants, hasFiles, open } from "#platform/files";
import { InputError } from "../../src/errors.ts";
import { decodeInitializer, parseInitializer, type SavedInitializer } from "./file.ts";
import type { LearnedInitializer } from "./initializer.ts";

/** The paper's network has 69 MB; what is more than this is no initialiser. */
const MOST_BYTES = 2 ** 30;

/**
 * Loads a learned initialiser that `otlearn export --format safetensors` wrote, from a path or a file: address under
 * Node, from an http(s): address anywhere. Choose the tfjs backend first; the result works on whichever is current. Throws
 * InputError for what cannot be read or is no initialiser.
 */
export async function loadInitializer(source: string | URL): Promise<LearnedInitializer> {
  return decodeInitializer(await readBytes(source), String(source));
}

/** What such a file holds, without a network made of it. Throws as `loadInitializer`. */
export async function readInitializer(source: string | URL): Promise<SavedInitializer> {
  return parseInitializer(await readBytes(source), String(source));
}

async function readBytes(source: string | URL): Promise<Uint8Array> {
  const address = String(source);
  if (!hasFiles || /^(https?|data|blob):/.test(address)) return fetchBytes(address);
  return readRegularFile(/^file:/.test(address) ? new URL(address) : address, address);
}

async function readRegularFile(path: string | URL, address: string): Promise<Uint8Array> {
  try {
    // a pipe is opened without waiting for somebody who writes into it
    const file = await open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new Error("it is no file");
      requireSize(stats.size);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0].replaceAll("\0", "\\0");
    throw new InputError(
      `${address.replaceAll("\0", "\\0")}: cannot be read (${reason}); expected a learned initialiser`,
    );
  }
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return await bodyOf(response);
  } catch (error) {
    throw new InputError(`${address}: cannot be fetched (${(error as Error).message})`);
  }
}

/** The body of a response, up to `MOST_BYTES`; what sends more is left. */
async function bodyOf(response: Response): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    length += next.value.length;
    if (length > MOST_BYTES) await reader?.cancel();
    requireSize(length);
    pieces.push(next.value);
  }
  const bytes = new Uint8Array(length);
  pieces.reduce((at, piece) => (bytes.set(piece, at), at + piece.length), 0);
  return bytes;
}

function requireSize(bytes: number): void {
  if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES / 2 ** 20} MB`);
}
