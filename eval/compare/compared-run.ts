import type { Columns } from "../curves/columns.ts";

/** What a comparison knows of a run: what lies in its folder, as far as it is there. */
export interface ComparedRun {
  /** Told apart from the others. */
  readonly name: string;
  /** Its folder. */
  readonly path: string;
  readonly task: string;
  /** When it was started, ISO 8601. */
  readonly created?: string | undefined;
  /** Every option, with version and backend. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What data it was trained on; equal of equal data. */
  readonly data: string;
  /** `metrics.jsonl`; empty where it cannot be read. */
  readonly columns: Columns;
  /** `result/summary.json`; undefined where there is none. */
  readonly summary?: Readonly<Record<string, unknown>> | undefined;
  /** `result/*.png` */
  readonly pictures: readonly ComparedPicture[];
  /** Why something of it is missing, a line each. */
  readonly notes: readonly string[];
}

export interface ComparedPicture {
  /** Without ".png". */
  readonly name: string;
  readonly bytes: number;
  /** Throws where it is gone or cannot be read. */
  read(): Promise<Uint8Array>;
}

/** Last parts of paths, with as many folders before them as it takes to tell them apart. */
export function namesOfPaths(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split(/[\\/]+/).filter((part) => part !== "" && part !== "."));
  const longest = Math.max(...parts.map(({ length }) => length));
  const named = parts.map((own) => own.slice(-1).join("/"));
  for (let length = 2; length <= longest; length++) {
    const counts = new Map<string, number>();
    for (const name of named) counts.set(name, (counts.get(name) ?? 0) + 1);
    named.forEach((name, index) => {
      if (counts.get(name)! > 1) named[index] = parts[index].slice(-length).join("/");
    });
  }
  return named;
}
