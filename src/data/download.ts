import { basename, dataFolder, dirname, join, stat } from "#platform/files";
import { createHash } from "#platform/hashing";
import { InputError, RunError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { fileError } from "../files/errors.ts";
import { makeFolder } from "../files/folder.ts";
import { readBytes } from "../files/read.ts";

export { dataFolder };

/** A mirror that has not delivered the whole file after this time is given up. */
const FETCH_TIMEOUT_MS = 10 * 60_000;
/** So is one that has sent nothing for this time. */
const SILENCE_TIMEOUT_MS = 60_000;

/** A file of a data set as its authors publish it. */
export interface RemoteFile {
  /** Where it is kept, below the data folder: "mnist/train-images-idx3-ubyte.gz". */
  readonly path: string;
  /** Addresses of the same bytes, tried in this order. */
  readonly urls: readonly string[];
  /** Bytes of the file, or somewhat more: a mirror that sends more is given up. */
  readonly mostBytes: number;
  readonly checksum: { readonly algorithm: "md5" | "sha256"; readonly hex: string };
}

export interface DownloadOptions {
  /** Folder of downloaded files. @default dataFolder() */
  readonly folder?: string;
  /** Receives a line before each download. @default none */
  readonly report?: (line: string) => void;
  /** A mirror that has sent nothing for so long is given up, in milliseconds. @default one minute */
  readonly silenceTimeout?: number;
}

/**
 * The bytes of a published file, with the checksum verified: from the data folder where it is there, else from the first
 * address that delivers the right bytes, which are then kept. A download goes to the disk as it comes, under a temporary name; the
 * file gets its own only when it is complete and right.
 *
 * @throws InputError where a kept file has another checksum; RunError where no address delivers (no network)
 */
export async function fetchFile(remote: RemoteFile, options: DownloadOptions = {}): Promise<Uint8Array> {
  const path = join(options.folder ?? dataFolder(), remote.path);
  const kept = await readKept(remote, path);
  if (kept) return kept;
  await download(remote, path, options);
  return readBytes(path);
}

async function readKept({ checksum, mostBytes, urls }: RemoteFile, path: string): Promise<Uint8Array | undefined> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw fileError(path, error);
  });
  if (!stats) return undefined;
  const isLarger = stats.isFile() && stats.size > mostBytes; // not worth reading
  const bytes = isLarger ? undefined : await readBytes(path);
  const found = bytes && createHash(checksum.algorithm).update(bytes).digest("hex");
  if (found === checksum.hex) return bytes;
  throw new InputError(
    `${path}: not the published file, expected ${checksum.algorithm} ${checksum.hex}, ` +
      `got ${found ?? `a file of ${stats.size} bytes`}; remove it to have it fetched again from ${urls[0]}`,
  );
}

async function download(remote: RemoteFile, path: string, { report, silenceTimeout }: DownloadOptions): Promise<void> {
  const { urls } = remote;
  const failures: string[] = [];
  for (const url of urls) {
    report?.(`fetching ${url}`);
    try {
      const body = await openBody(url, silenceTimeout ?? SILENCE_TIMEOUT_MS);
      await makeFolder(dirname(path));
      await writeFileAtomic(path, verified(body, remote));
      return;
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

/** What an address sends, piece by piece. Throws where it does not answer, or falls silent. */
async function openBody(url: string, silenceTimeout: number): Promise<AsyncGenerator<Uint8Array>> {
  const silence = new AbortController();
  const giveUp = () => silence.abort(new Error(`sent nothing for ${silenceTimeout / 1000} s`));
  let timer = setTimeout(giveUp, silenceTimeout);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, silenceTimeout);
  };
  async function* pieces(body: AsyncIterable<Uint8Array> | null): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of body ?? []) {
        heard();
        yield piece;
      }
    } finally {
      clearTimeout(timer);
    }
  }
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([silence.signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`HTTP status ${response.status}`);
    }
    heard();
    return pieces(response.body);
  } catch (error) {
    clearTimeout(timer);
    throw error;
  }
}

/** Passes pieces on. Throws where they are more than the file has, as soon as they are, or at the end other ones. */
async function* verified(
  pieces: AsyncIterable<Uint8Array>,
  { checksum: { algorithm, hex }, mostBytes }: RemoteFile,
): AsyncGenerator<Uint8Array> {
  const hash = createHash(algorithm);
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > mostBytes) throw new Error(`wrong content, more than ${mostBytes} bytes`);
    hash.update(piece);
    yield piece;
  }
  const found = hash.digest("hex");
  if (found !== hex) throw new Error(`wrong content, ${algorithm} ${found} for ${hex}`);
}

/** `fetch` says only "fetch failed"; the cause says why. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const detail = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : undefined;
  return (detail ?? message).split("\n")[0];
}
