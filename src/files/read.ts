import type { FileHandle } from "node:fs/promises";
import { constants, open, stat } from "#platform/files";
import { InputError } from "../errors.ts";
import { fileError } from "./errors.ts";
import { allocate } from "./memory.ts";

/** Read at once. Node reads no more than 2 GB at a time, and a piece may be text. */
const PIECE_BYTES = 2 ** 22;

/** Opening a pipe must not wait for somebody who writes into it. Windows has no such pipes and no such flag. */
const READ_ONLY = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/** What a path is that is neither a file nor a folder, by the methods of `Stats`. */
const KINDS = {
  isFIFO: "a pipe",
  isCharacterDevice: "a device",
  isBlockDevice: "a device",
  isSocket: "a socket",
} as const;

/** A regular file, open for reading; the caller closes it. */
export interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** Bytes that it had when it was opened. */
  readonly size: number;
}

/**
 * Whether a path is a folder; a regular file otherwise. Throws InputError for what is not there, a pipe (standard input too),
 * a device or a socket: these would hang or never end.
 */
export async function isFolder(path: string): Promise<boolean> {
  if (path === "-") throw new InputError("-: standard input is not read; write it to a file and give its path");
  const stats = await stat(path).catch((error: unknown) => {
    throw fileError(path, error);
  });
  if (stats.isDirectory()) return true;
  requireRegular(path, stats);
  return false;
}

/** Opens a regular file for reading. Throws InputError for anything else. */
export async function openFile(path: string): Promise<OpenFile> {
  if (await isFolder(path)) throw fileError(path, { code: "EISDIR" });
  try {
    const handle = await open(path, READ_ONLY);
    try {
      const stats = await handle.stat(); // it may have been replaced since
      requireRegular(path, stats);
      return { path, handle, size: stats.size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw fileError(path, error);
  }
}

/**
 * Bytes of an open file, in memory of their own. Throws InputError where it has become shorter.
 *
 * @param into receives them; its length says how many
 */
export async function readAt<T extends Uint8Array>(
  { path, handle }: OpenFile,
  position: number,
  into: T,
  pieceBytes = PIECE_BYTES,
): Promise<T> {
  for (let done = 0; done < into.length;) {
    const length = Math.min(pieceBytes, into.length - done);
    const { bytesRead } = await handle.read(into, done, length, position + done).catch((error: unknown) => {
      throw fileError(path, error);
    });
    if (bytesRead === 0) throw new InputError(`${path}: became shorter while it was read; try again`);
    done += bytesRead;
  }
  return into;
}

/** The bytes of a file. Throws InputError for what is no regular file, cannot be read, or is too large for the memory. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await openFile(path);
  try {
    return await readAt(file, 0, allocate<Uint8Array<ArrayBuffer>>(Uint8Array, file.size, path, "its content"));
  } finally {
    await file.handle.close();
  }
}

/** A file as UTF-8 text. Throws InputError as `readBytes` does, and where it is too long for a string (512 MB). */
export async function readText(path: string): Promise<string> {
  return textOf(await readBytes(path), path);
}

/** UTF-8 bytes as text, without a byte order mark. Throws InputError where they are too many for a string (512 MB). */
function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder().decode(bytes);
  } catch (error) {
    throw fileError(name, error);
  }
}

/** The bytes of a file in pieces, each valid until the next. Throws as `readBytes` does; its size does not matter. */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  try {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, file.size));
    for (let at = 0; at < file.size; at += piece.length) {
      yield await readAt(file, at, piece.subarray(0, Math.min(piece.length, file.size - at)));
    }
  } finally {
    await file.handle.close();
  }
}

type Kinds = { readonly [K in keyof typeof KINDS]: () => boolean } & { isFile(): boolean };

function requireRegular(path: string, stats: Kinds): void {
  if (stats.isFile()) return;
  const found = Object.entries(KINDS).find(([is]) => stats[is as keyof typeof KINDS]())?.[1] ?? "not a file";
  throw new InputError(`${path}: is ${found}, expected a file; write its content to one and give its path`);
}
