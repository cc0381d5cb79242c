import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { writeGrayImage } from "../../src/data/image-file.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { otlearn, otlearnHere } from "./cli.ts";
import { contentOf } from "./files.ts";
import { temporaryFolder } from "./temporary.ts";

export const TABLE = "1,2,3,4\n4,3,2,1\n0,1,0,2\n5,0,0,1\n";
export const CHECKPOINT = "run/checkpoints/step-000003";
export const MANIFEST = `${CHECKPOINT}/manifest.json`;
export const TENSORS = `${CHECKPOINT}/state.safetensors`;
export const gray = (value: number, size = 4) => ndarray(new Uint8Array(size * size).fill(value), [size, size]);

/** A command that must be refused with one line and exit status 2, leaving every file as it was. */
export interface BadInput {
  readonly name: string;
  /** Arguments, separated by blanks; `''` is an empty one. Paths are relative to a folder of the test's own. */
  readonly command: string;
  /** Puts things into the folder, with paths below it. */
  readonly given?: (path: (name: string) => string) => Promise<unknown>;
  /** What follows "otlearn: ". */
  readonly message: RegExp;
}

/** A command on files with this content. */
export const withFile = (name: string, content: string | Uint8Array): Pick<BadInput, "given"> => ({
  given: (path) => writeFile(path(name), content),
});
/** A command on a folder `images` with these pictures. */
export const withImages = (images: Readonly<Record<string, ReturnType<typeof gray>>>): Pick<BadInput, "given"> => ({
  async given(path) {
    await mkdir(path("images"));
    for (const [name, image] of Object.entries(images)) await writeGrayImage(path(`images/${name}`), image);
  },
});
/** A command on a copy of the trained run, changed. */
export const withRun = (change: (path: (name: string) => string) => Promise<unknown>): Pick<BadInput, "given"> => ({
  async given(path) {
    await cp(await trainedRun(), path("."), { recursive: true, verbatimSymlinks: true });
    await change(path);
  },
});
export const unchanged = async () => undefined;
export const rewrite =
  (name: string, change: (text: string) => string) =>
  async (path: (name: string) => string): Promise<void> =>
    writeFile(path(name), change(await readFile(path(name), "utf8")));

let trained: Promise<string> | undefined;

/** A folder with a trained run, made at the first call, and `data.csv` beside it; rows work on copies. */
function trainedRun(): Promise<string> {
  return (trained ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "otlearn-test-"));
    await writeFile(join(folder, "data.csv"), TABLE);
    const train = "train wdl --backend cpu --data data.csv --atoms 2 --iterations 3 --quiet --out run".split(" ");
    const { code, stderr } = await otlearn(train, { cwd: folder });
    if (code !== 0) throw new Error(stderr);
    return folder;
  })());
}

/** The words of a command. A fresh run goes to `new` and uses the backend that starts fastest, unless it says otherwise. */
function wordsOf(command: string): string[] {
  const words = command.split(" ").map((word) => (word === "''" ? "" : word));
  if (words[0] !== "train" || words.includes("--resume")) return words;
  const defaults = { "--backend": "cpu", "--out": "new" };
  const missing = Object.entries(defaults).filter(([flag]) => !words.includes(flag));
  return [...words.slice(0, 2), ...missing.flat(), ...words.slice(2)];
}

async function prepared({ given }: BadInput): Promise<{ folder: string; before: Record<string, string> }> {
  const folder = await temporaryFolder();
  await given?.((name) => join(folder, name));
  return { folder, before: await contentOf(folder) };
}

/** A test a row, in this process, and one of the first row as a process of its own. */
export function refusesEach(table: readonly BadInput[]): void {
  afterAll(async () => {
    if (trained) await rm(await trained, { recursive: true, force: true });
  });

  it.each(table)("$name", async (bad) => {
    const { folder, before } = await prepared(bad);
    const { code, stdout, stderr } = await otlearnHere(wordsOf(bad.command), folder);
    expect(stderr).toMatch(new RegExp(`^otlearn: .*${bad.message.source}.*\n$`));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(await contentOf(folder)).toEqual(before);
  });

  it.each(table.slice(0, 1))("the same as a process: $name", async (bad) => {
    const { folder, before } = await prepared(bad);
    const { code, signal, stdout, stderr } = await otlearn(wordsOf(bad.command), { cwd: folder });
    expect(stderr).toMatch(new RegExp(`^otlearn: .*${bad.message.source}.*\n$`));
    expect({ code, signal, stdout }).toEqual({ code: 2, signal: null, stdout: "" });
    expect(await contentOf(folder)).toEqual(before);
  });
}
