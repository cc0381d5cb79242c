import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import envPaths from "env-paths";
import { InputError, RunError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { fileError } from "../files/errors.ts";
import { makeFolder } from "../files/folder.ts";

/** A mirror that has not delivered the whole file after this time is given up. */
const FETCH_TIMEOUT_MS = 10 * 60_000;

/** A file of a data set as its authors publish it. */
export interface RemoteFile {
  /** Where it is kept, below the data folder: "mnist/train-images-idx3-ubyte.gz". */
  readonly path: string;
  /** Addresses of the same bytes, tried in this order. */
  readonly urls: readonly string[];
  readonly checksum: { readonly algorithm: "md5" | "sha256"; readonly hex: string };
}

export interface DownloadOptions {
  /** Folder of downloaded files. @default dataFolder() */
  readonly folder?: string;
  /** Receives a line before each download. @default none */
  readonly report?: (line: string) => void;
}

/** Where downloaded files are kept: the environment variable `OTLEARN_DATA`, else the user's cache folder. */
export function dataFolder(): string {
  return process.env["OTLEARN_DATA"] || join(envPaths("otlearn", { suffix: "" }).cache, "data");
}

/**
 * The bytes of a published file, with the checksum verified: from the data folder where it is there, else from the first
 * address that delivers the right bytes, which are then kept. A file gets its name only when it is complete and right.
 *
 * @throws InputError where a kept file has another checksum; RunError where no address delivers (no network)
 */
export async function fetchFile(remote: RemoteFile, options: DownloadOptions = {}): Promise<Uint8Array> {
  const path = join(options.folder ?? dataFolder(), remote.path);
  return (await readKept(remote, path)) ?? (await download(remote, path, options.report));
}

async function readKept({ checksum, urls }: RemoteFile, path: string): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(path, error);
  }
  const found = digest(bytes, checksum.algorithm);
  if (found === checksum.hex) return bytes;
  throw new InputError(
    `${path}: not the published file, expected ${checksum.algorithm} ${checksum.hex}, got ${found}; ` +
      `remove it to have it fetched again from ${urls[0]}`,
  );
}

async function download(remote: RemoteFile, path: string, report?: (line: string) => void): Promise<Uint8Array> {
  const { urls, checksum } = remote;
  const failures: string[] = [];
  for (const url of urls) {
    report?.(`fetching ${url}`);
    try {
      const bytes = await fetchBytes(url);
      const found = digest(bytes, checksum.algorithm);
      if (found !== checksum.hex) throw new Error(`wrong content, ${checksum.algorithm} ${found} for ${checksum.hex}`);
      await keep(path, bytes);
      return bytes;
    } catch (error) {
      if (error instanceof InputError || error instanceof RunError) throw error; // ours: it cannot be kept
      failures.push(`${new URL(url).host}: ${reasonOf(error)}`);
    }
  }
  throw new RunError(
    `${basename(path)}: cannot be fetched (${failures.join("; ")}); ` +
      `without a network, fetch ${urls[0]} elsewhere and put it at ${path}`,
  );
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function keep(path: string, bytes: Uint8Array): Promise<void> {
  await makeFolder(dirname(path));
  await writeFileAtomic(path, bytes);
}

function digest(bytes: Uint8Array, algorithm: string): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

/** `fetch` says only "fetch failed"; the cause says why. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const detail = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : undefined;
  return (detail ?? message).split("\n")[0];
}
