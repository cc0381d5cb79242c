import { InputError } from "../../src/errors.ts";
import { readAt, type OpenFile } from "../../src/files/read.ts";
import { openInside } from "./inside.ts";
import type { Row } from "./messages.ts";
import { thin } from "./thin.ts";

/** What a look at the log found. */
export interface Appended {
  /** The log is new, was cut or replaced: what was known of it holds no longer. */
  readonly restarted: boolean;
  /** New rows; after a restart those that are kept. */
  readonly rows: readonly Row[];
}

export interface TailOptions {
  /** Real path of the directory that the log must lie in. */
  readonly root: string;
  readonly path: string;
  /** Rows kept, to a factor of two. */
  readonly most: number;
  /** Bytes that are read at once; of more, only a sample of lines is. */
  readonly mostBytes: number;
}

/** The end of the log that is always read whole. */
const END_BYTES = 2 ** 16;
/** Where a sampled line is looked for. */
const PROBE_BYTES = 2 ** 12;
/** Bytes before the known end that tell whether the log is still the same. */
const MARK_BYTES = 64;
const NEWLINE = 0x0a;

/** Follows the `metrics.jsonl` of a run, which grows while somebody trains it, and may be cut, replaced, damaged or huge. */
export class MetricsTail {
  readonly #options: TailOptions;
  #rows: readonly Row[] = [];
  #latest: Row = {};
  #thinned = false;
  #damaged = 0;
  #offset = 0;
  #inode: number | undefined;
  #mark = new Uint8Array();

  constructor(options: TailOptions) {
    this.#options = options;
  }

  /** Rows from the first step to the last, thinned. */
  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** Whether rows are left out. */
  get thinned(): boolean {
    return this.#thinned;
  }

  /** The newest value of each metric, also of those that only some rows have. */
  get latest(): Row {
    return this.#latest;
  }

  /** Lines that are no rows of metrics. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Reads what was appended since the last look. Throws InputError for what is no regular file in the directory. */
  async poll(): Promise<Appended> {
    const file = await this.#open();
    if (!file) return { restarted: this.#forget(), rows: [] };
    try {
      const { ino } = await file.handle.stat();
      const restarted = (ino !== this.#inode || !(await this.#goesOn(file))) && this.#forget();
      this.#inode = ino;
      if (file.size - this.#offset <= this.#options.mostBytes) {
        const rows = this.#take(await this.#lines(file, this.#offset));
        return { restarted, rows: restarted ? this.#rows : rows };
      }
      this.#forget();
      this.#inode = ino;
      this.#take(await this.#sample(file));
      this.#thinned = true;
      return { restarted: true, rows: this.#rows };
    } finally {
      await file.handle.close();
    }
  }

  async #open(): Promise<OpenFile | undefined> {
    const { root, path } = this.#options;
    try {
      return await openInside(root, path);
    } catch (error) {
      if (error instanceof InputError && error.message.endsWith("does not exist")) return undefined;
      this.#forget();
      throw error;
    }
  }

  /** Whether there was anything. */
  #forget(): boolean {
    const had = this.#offset > 0;
    this.#rows = [];
    this.#latest = {};
    this.#thinned = false;
    this.#damaged = 0;
    this.#offset = 0;
    this.#inode = undefined;
    this.#mark = new Uint8Array();
    return had;
  }

  /** Whether the log holds, before the known end, what it held there. */
  async #goesOn(file: OpenFile): Promise<boolean> {
    if (file.size < this.#offset) return false;
    const found = await readAt(file, this.#offset - this.#mark.length, new Uint8Array(this.#mark.length));
    return Buffer.compare(found, this.#mark) === 0;
  }

  /** The complete lines from a position on; the known end moves behind them. */
  async #lines(file: OpenFile, from: number): Promise<string[]> {
    const bytes = await readAt(file, from, new Uint8Array(file.size - from));
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end === 0) return [];
    this.#offset = from + end;
    this.#mark = bytes.slice(Math.max(0, end - MARK_BYTES), end);
    return new TextDecoder().decode(bytes.subarray(0, end - 1)).split("\n");
  }

  /** Lines at even distances, and all of the end. */
  async #sample(file: OpenFile): Promise<string[]> {
    const { most } = this.#options;
    const end = file.size - END_BYTES;
    const lines: string[] = [];
    for (let index = 0; index < most; index++) {
      const bytes = new Uint8Array(Math.min(PROBE_BYTES, file.size));
      const text = new TextDecoder().decode(await readAt(file, Math.floor((index * end) / most), bytes));
      const line = text.split("\n")[index === 0 ? 0 : 1];
      if (line !== undefined && text.includes(`${line}\n`) && line !== lines.at(-1)) lines.push(line);
    }
    const last = await this.#lines(file, end);
    return [...lines, ...last.slice(1)]; // the first is torn
  }

  #take(lines: readonly string[]): Row[] {
    const rows: Row[] = [];
    for (const line of lines) {
      const row = parseRow(line);
      if (row) rows.push(row);
      else this.#damaged++;
    }
    const { most } = this.#options;
    const all = rows.length === 0 ? this.#rows : [...this.#rows, ...rows];
    this.#rows = all.length > 2 * most ? thin(all, most) : all;
    this.#thinned ||= this.#rows.length < all.length;
    this.#latest = Object.assign({}, this.#latest, ...rows.slice(-most)) as Row;
    return rows;
  }
}

/** More metrics, or longer names, no run has. */
const MOST_METRICS = 100;
const MOST_NAME = 100;

/** A line as a row; undefined where it is none. */
function parseRow(line: string): Row | undefined {
  try {
    const row = JSON.parse(line) as Row | null;
    const entries = Object.entries(row ?? {});
    const isRow =
      Number.isInteger(row?.["step"]) &&
      entries.length <= MOST_METRICS &&
      entries.every(([name, value]) => name.length <= MOST_NAME && (value === null || typeof value === "number"));
    return isRow ? row! : undefined;
  } catch {
    return undefined;
  }
}
