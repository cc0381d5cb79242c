import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeGrayImage } from "../../../src/data/image-file.ts";
import { encodeNpy, writeNpy } from "../../../src/data/npy.ts";
import { encodeNpz } from "../../../src/data/npz.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { MISSING_DATA_FOLDER, otlearn, otlearnHere } from "../../support/cli.ts";
import { contentOf } from "../../support/files.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** A trained run on `data.csv` beside it; tests work on copies. */
let trained: string;
beforeAll(async () => {
  trained = await mkdtemp(join(tmpdir(), "otlearn-test-"));
  await writeFile(join(trained, "data.csv"), TABLE);
  const train = "train wdl --backend cpu --data data.csv --atoms 2 --iterations 3 --quiet --out run".split(" ");
  const { code, stderr } = await otlearn(train, { cwd: trained });
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => rm(trained, { recursive: true, force: true }));

const TABLE = "1,2,3,4\n4,3,2,1\n0,1,0,2\n5,0,0,1\n";
const CHECKPOINT = "run/checkpoints/step-000003";
const MANIFEST = `${CHECKPOINT}/manifest.json`;
const TENSORS = `${CHECKPOINT}/state.safetensors`;
const gray = (value: number, size = 4) => ndarray(new Uint8Array(size * size).fill(value), [size, size]);

interface BadInput {
  readonly name: string;
  /** Arguments, separated by blanks; `''` is an empty one. Paths are relative to a folder of the test's own. */
  readonly command: string;
  /** Puts things into the folder, with paths below it. */
  readonly given?: (path: (name: string) => string) => Promise<unknown>;
  /** What follows "otlearn: ". */
  readonly message: RegExp;
}

/** A command on files with this content. */
const withFile = (name: string, content: string | Uint8Array): Pick<BadInput, "given"> => ({
  given: (path) => writeFile(path(name), content),
});
/** A command on a folder `images` with these pictures. */
const withImages = (images: Readonly<Record<string, ReturnType<typeof gray>>>): Pick<BadInput, "given"> => ({
  async given(path) {
    await mkdir(path("images"));
    for (const [name, image] of Object.entries(images)) await writeGrayImage(path(`images/${name}`), image);
  },
});
/** A command on a copy of the trained run, changed. */
const withRun = (change: (path: (name: string) => string) => Promise<unknown>): Pick<BadInput, "given"> => ({
  async given(path) {
    await cp(trained, path("."), { recursive: true, verbatimSymlinks: true });
    await change(path);
  },
});
const unchanged = async () => undefined;
const rewrite =
  (name: string, change: (text: string) => string) =>
  async (path: (name: string) => string): Promise<void> =>
    writeFile(path(name), change(await readFile(path(name), "utf8")));

const DATA: readonly BadInput[] = [
  {
    name: "negative masses",
    command: "train wdl --data x.csv",
    ...withFile("x.csv", "1,2\n3,-4\n"),
    message: /x\.csv: sample 1, at \[1\]: expected a nonnegative number, got -4/,
  },
  {
    name: "values that are not finite",
    command: "train wdl --data x.npy",
    ...withFile("x.npy", encodeNpy(ndarray(Float32Array.of(1, 2, NaN, 4), [2, 2]))),
    message: /x\.npy: sample 1, at \[0\]: expected a finite number, got NaN/,
  },
  {
    name: "pixels that are not finite",
    command: "train wdl --data x.npy",
    ...withFile("x.npy", encodeNpy(ndarray(Float64Array.of(1, 2, 3, 4, Infinity, 6, 7, 8), [2, 2, 2]))),
    message: /x\.npy: image 1: expected pixels that are nonnegative numbers, got Infinity/,
  },
  {
    name: "a row that is all zero",
    command: "train wdl --data x.tsv",
    ...withFile("x.tsv", "1\t2\n0\t0\n"),
    message: /x\.tsv: sample 1 is all zero, expected some mass; leave it out/,
  },
  {
    name: "a picture that is all black",
    command: "train wdl --data images",
    ...withImages({ "a.png": gray(9), "b.png": gray(0) }),
    message: /images: sample b is all zero, expected some mass; leave it out/,
  },
  {
    name: "a picture that is all white, inverted",
    command: "train wdl --data images --invert --init constant",
    ...withImages({ "a.png": gray(9), "b.png": gray(255) }),
    message: /b is all white \(inverted, it has no mass\); leave it out/,
  },
  {
    name: "text among numbers",
    command: "train wdl --data x.csv",
    ...withFile("x.csv", "1,2\n3,NA\n"),
    message: /x\.csv: row 2, column 2: expected a number, got "NA"/,
  },
  {
    name: "rows of different lengths",
    command: "train wdl --data x.csv",
    ...withFile("x.csv", "1,2,3\n4,5\n"),
    message: /x\.csv: row 2 has 2 cells, the rows before have 3/,
  },
  {
    name: "an array of five axes",
    command: "train wdl --data x.npy",
    ...withFile("x.npy", encodeNpy(ndarray(new Float32Array(1), [1, 1, 1, 1, 1]))),
    message: /x\.npy: expected a matrix \[n, m\], images .* got \[1, 1, 1, 1, 1\]/,
  },
  {
    name: "a truncated .npy file",
    command: "train wdl --data x.npy",
    ...withFile("x.npy", encodeNpy(ndarray(new Float32Array(6), [2, 3])).slice(0, -3)),
    message: /x\.npy: shape \[2, 3\] of <f4 needs 24 bytes of data, the file has 21/,
  },
  {
    name: "an .npz file with two matrices",
    command: "train wdl --data x.npz",
    ...withFile("x.npz", encodeNpz(Object.entries({ a: gray(1), b: gray(2) }))),
    message: /x\.npz: expected one array .*, it holds: a \[4, 4\], b \[4, 4\]; save the one you mean as \.npy/,
  },
  {
    name: "a truncated .mtx file",
    command: "train wdl --data x.mtx",
    ...withFile("x.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 5\n"),
    message: /x\.mtx: expected 2 entries as the size line says, got 1/,
  },
  {
    name: "a truncated picture",
    command: "train wdl --data images",
    async given(path) {
      await withImages({ "a.png": gray(9, 64) }).given!(path);
      await truncate(path("images/a.png"), 60);
    },
    message: /images\/a\.png: cannot be read as an image \(.+\); expected PNG, JPEG/,
  },
  {
    name: "text with the name of a picture",
    command: "train wdl --data images",
    async given(path) {
      await withImages({ "a.png": gray(9) }).given!(path);
      await writeFile(path("images/b.jpg"), "no picture");
    },
    message: /images\/b\.jpg: cannot be read as an image/,
  },
  {
    name: "pictures of different sizes",
    command: "train wdl --data images",
    ...withImages({ "a.png": gray(9), "b.png": gray(9, 5) }),
    message: /images: all must have one size, but images\/a\.png is 4 x 4 .* images\/b\.png is 5 x 5/,
  },
  {
    name: "a folder without pictures",
    command: "train wdl --data images",
    ...withImages({}),
    message: /images: no images in this folder \(expected files with \.png/,
  },
  {
    name: "a file that is not there",
    command: "train wdl --data nowhere.csv",
    message: /nowhere\.csv: does not exist/,
  },
  {
    name: "a file of a kind unknown",
    command: "train wdl --data x.doc",
    ...withFile("x.doc", ""),
    message: /x\.doc: unknown kind of file; expected a folder of images or one of \.npy/,
  },
  {
    name: "an unknown data set",
    command: "train wdl --dataset mist",
    message: /data set mist: unknown; known are faces, gaussians-1d,/,
  },
  {
    name: "a downloaded file that is not the published one",
    command: "train wdl --dataset mnist",
    async given(path) {
      await mkdir(path(`${MISSING_DATA_FOLDER}/mnist`), { recursive: true });
      await writeFile(path(`${MISSING_DATA_FOLDER}/mnist/t10k-images-idx3-ubyte.gz`), "cut off");
    },
    message: /t10k-images-idx3-ubyte\.gz: not the published file, expected md5 .*; remove it to have it fetched again/,
  },
  {
    name: "two sources of data",
    command: "train wdl --dataset faces --data x.csv",
    ...withFile("x.csv", TABLE),
    message: /--dataset and --data: both name data; leave one of them out/,
  },
  {
    name: "a size for a table",
    command: "train wdl --data x.csv --size 8",
    ...withFile("x.csv", TABLE),
    message: /x\.csv: a size \(8\) is for images, this is a matrix data set; leave it out/,
  },
  {
    name: "a ground cost of another size",
    command: "train wdl --data x.csv --cost cost.npy",
    async given(path) {
      await writeFile(path("x.csv"), TABLE);
      await writeNpy(path("cost.npy"), gray(1, 3));
    },
    message: /--cost cost\.npy: expected \[4, 4\] \(one row a bin of x\.csv\), got \[3, 3\]/,
  },
  {
    name: "a negative ground cost",
    command: "train wdl --data x.csv --cost cost.npy",
    async given(path) {
      await writeFile(path("x.csv"), TABLE);
      await writeNpy(path("cost.npy"), ndarray(new Float32Array(16).fill(-1), [4, 4]));
    },
    message: /ground cost: expected finite entries >= 0, got -1 at \[0, 0\]/,
  },
  {
    name: "more atoms than data points to make them of",
    command: "train wdl --size 8 --limit 3",
    message: /--init kmeans: expected at least 5 data points \(one an atom\), got 3; use --init constant/,
  },
];

const OPTIONS: readonly BadInput[] = [
  {
    name: "an unknown option",
    command: "train wdl --gama 3",
    message: /unknown option '--gama' \(Did you mean --gamma\?\); see --help/,
  },
  { name: "an unknown task", command: "train lda", message: /unknown command 'lda'; see --help/ },
  { name: "an unknown command", command: "learn", message: /unknown command 'learn'; see --help/ },
  { name: "a word too many", command: "train wdl faces", message: /too many arguments .* got 1; see --help/ },
  {
    name: "an option without its value",
    command: "train wdl --gamma",
    message: /option '--gamma <number>' argument missing/,
  },
  {
    name: "a word for a number",
    command: "train wdl --gamma two",
    message: /--gamma: expected a number above 0, got "two"/,
  },
  { name: "an empty number", command: "train wdl --gamma ''", message: /--gamma: expected a number above 0, got ""/ },
  {
    name: "infinity",
    command: "train wdl --gamma Infinity",
    message: /--gamma: expected a number above 0, got "Infinity"/,
  },
  {
    name: "a number too small",
    command: "train wdl --atoms 0",
    message: /--atoms: expected a whole number at least 1, got "0"/,
  },
  {
    name: "a fraction",
    command: "train wdl --atoms 2.5",
    message: /--atoms: expected a whole number at least 1, got "2\.5"/,
  },
  {
    name: "a number too large",
    command: "train wdl --heavy-ball 0.1",
    message: /--heavy-ball: expected a number above -1 and at most 0, got "0\.1"/,
  },
  {
    name: "an unknown choice",
    command: "train wdl --loss l2",
    message: /--loss: expected one of tv, quadratic, kl, .*, got "l2"/,
  },
  {
    name: "an unknown backend",
    command: "train wdl --backend cuda",
    message: /--backend: expected one of auto, tensorflow, .*, got "cuda"/,
  },
  { name: "an empty text", command: "train wdl --dataset ''", message: /--dataset: expected text, got ""/ },
  {
    name: "a bad image size",
    command: "train wdl --size 64x",
    message: /size: expected pixels as 64 or WIDTHxHEIGHT as 68x60, got "64x"/,
  },
  {
    name: "an image size for a line",
    command: "train wdl --dataset gaussians-1d --size 8x8",
    message: /size: expected a number of grid points of at least 25, got "8x8"/,
  },
  {
    name: "options that exclude each other",
    command: "train wdl --size 8 --unbalanced 1 --allow-negative-weights",
    message: /--allow-negative-weights: not defined with --unbalanced; leave one of them out/,
  },
  { name: "a --config that is not there", command: "train wdl --config x.json", message: /x\.json: does not exist/ },
  {
    name: "a --config that is not JSON",
    command: "train wdl --config x.json",
    ...withFile("x.json", "gamma: 3"),
    message: /x\.json: expected JSON, got .+/,
  },
  {
    name: "a --config that is a list",
    command: "train wdl --config x.json",
    ...withFile("x.json", "[]"),
    message: /x\.json: expected an object of options, got a list/,
  },
  {
    name: "an unknown key in --config",
    command: "train wdl --config x.json",
    ...withFile("x.json", '{"gama": 1}'),
    message: /x\.json: option gama: unknown; known are atoms, loss, gamma,/,
  },
  {
    name: "a bad value in --config",
    command: "train wdl --config x.json",
    ...withFile("x.json", '{"atoms": "five"}'),
    message: /x\.json: --atoms: expected a whole number at least 1, got "five"/,
  },
  {
    name: "a flag that is no boolean in --config",
    command: "train wdl --config x.json",
    ...withFile("x.json", '{"invert": "yes"}'),
    message: /x\.json: --invert: expected true or false, got "yes"/,
  },
];

const PLACES: readonly BadInput[] = [
  {
    name: "a run that is already there",
    command: "train wdl --size 8 --out run",
    ...withRun(unchanged),
    message: /run: already holds a run; go on with --resume run or choose another --out/,
  },
  {
    name: "a folder in use",
    command: "train wdl --size 8 --out used",
    given: (path) => mkdir(path("used")).then(() => writeFile(path("used/mine"), "")),
    message: /used: is not empty; choose another --out/,
  },
  {
    name: "a run in a file",
    command: "train wdl --size 8 --out file",
    ...withFile("file", ""),
    message: /file: is a file, expected a folder/,
  },
  {
    name: "a run below a file",
    command: "train wdl --size 8 --out file/run",
    ...withFile("file", ""),
    message: /file\/run: lies below something that is not a folder/,
  },
  {
    name: "an export below a file",
    command: "export run --out data.csv/x.npz --format npz",
    ...withRun(unchanged),
    message: /data\.csv: is a file, expected a folder/,
  },
  {
    name: "an evaluation below a file",
    command: "eval run --out data.csv/x",
    ...withRun(unchanged),
    message: /data\.csv\/x\/result: lies below something that is not a folder/,
  },
];

const RUNS: readonly BadInput[] = [
  {
    name: "an option beside --resume",
    command: "train wdl --resume run --gamma 2",
    ...withRun(unchanged),
    message: /--gamma: not with --resume, which goes on with the run's own options; leave it out/,
  },
  {
    name: "--out beside --resume",
    command: "train wdl --resume run --out other",
    ...withRun(unchanged),
    message: /--out and --config: not with --resume/,
  },
  {
    name: "no run to resume",
    command: "train wdl --resume nowhere",
    message: /nowhere: not a run directory, it has no config\.json/,
  },
  {
    name: "a run of another task",
    command: "train wdl --resume run",
    ...withRun(rewrite("run/config.json", (text) => text.replace('"task": "wdl"', '"task": "metric"'))),
    message: /run: a run of metric; resume it with: otlearn train metric/,
  },
  {
    name: "a truncated config.json",
    command: "train wdl --resume run",
    ...withRun(rewrite("run/config.json", (text) => text.slice(0, 40))),
    message: /run\/config\.json: damaged, not JSON/,
  },
  {
    name: "changed data",
    command: "train wdl --resume run",
    ...withRun(rewrite("data.csv", (text) => text.replace("5", "6"))),
    message: /data\.csv: the data are not those that the run was started on; restore them, or start a new run/,
  },
  {
    name: "more data",
    command: "eval run",
    ...withRun(rewrite("data.csv", (text) => `${text}1,1,1,1\n`)),
    message: /data\.csv: the data are not those .* \(shape \[5,4\], then \[4,4\]\); restore them/,
  },
  {
    name: "a truncated checkpoint",
    command: "train wdl --resume run",
    ...withRun((path) => truncate(path(TENSORS), 100)),
    message:
      /step-000003\/state\.safetensors: damaged, has 100 bytes, its manifest says \d+; use an earlier checkpoint/,
  },
  {
    name: "a checkpoint with one bit flipped",
    command: "eval run",
    ...withRun(async (path) => {
      const bytes = await readFile(path(TENSORS));
      bytes[bytes.length - 5] ^= 1;
      await writeFile(path(TENSORS), bytes);
    }),
    message:
      /step-000003\/state\.safetensors: damaged, its sha256 is not the one in the manifest; use an earlier checkpoint/,
  },
  {
    name: "a truncated manifest",
    command: "export run/checkpoints/step-000003",
    ...withRun(rewrite(MANIFEST, (text) => text.slice(0, 500))),
    message: /step-000003\/manifest\.json: damaged \(not JSON\); use an earlier checkpoint/,
  },
  {
    name: "a foreign manifest",
    command: "eval run/checkpoints/step-000003",
    ...withRun((path) => writeFile(path(MANIFEST), "{}")),
    message: /manifest\.json: not an otlearn checkpoint \(expected "format": "otlearn-checkpoint"\)/,
  },
  {
    name: "a checkpoint of another format version",
    command: "train wdl --resume run",
    ...withRun(rewrite(MANIFEST, (text) => text.replace('"formatVersion": 1', '"formatVersion": 2'))),
    message: /manifest\.json: checkpoint format 2 of otlearn \S+, expected 1; use the otlearn that wrote it/,
  },
  {
    name: "a checkpoint of another task",
    command: "train wdl --resume run",
    ...withRun(rewrite(MANIFEST, (text) => text.replace('"task": "wdl"', '"task": "metric"'))),
    message: /step-000003: a checkpoint of task metric, expected wdl/,
  },
  {
    name: "a checkpoint of another shape",
    command: "eval run",
    ...withRun(rewrite("run/config.json", (text) => text.replace('"atoms": 2', '"atoms": 3'))),
    message: /optimizer\.x: saved \[16\], expected \[24\]/,
  },
  {
    name: "a damaged metrics log",
    command: "eval run",
    ...withRun(rewrite("run/metrics.jsonl", (text) => text.replace("}", ""))),
    message: /run\/metrics\.jsonl: damaged, line 1 is not JSON; restore it, or remove it/,
  },
  {
    name: "no run to evaluate",
    command: "eval nowhere",
    message: /nowhere: does not exist; expected a run directory or a checkpoint/,
  },
  {
    name: "a folder that is no run",
    command: "report here",
    given: (path) => mkdir(path("here")),
    message: /here: holds no checkpoint; expected a run directory or a folder with manifest\.json/,
  },
  { name: "no run named", command: "report", message: /missing required argument 'runs'; see --help/ },
  {
    name: "data points of another shape",
    command: "eval run --data x.csv",
    given: (path) => withRun(unchanged).given!(path).then(() => writeFile(path("x.csv"), "1,2\n3,4\n")),
    message: /x\.csv: data points of 2, but the atoms have 4 values; give data of that shape/,
  },
  {
    name: "a limit of nothing",
    command: "eval run --data data.csv --limit 0",
    ...withRun(unchanged),
    message: /--limit: expected a whole number at least 1, got "0"/,
  },
  {
    name: "a limit of the run's own data",
    command: "eval run --limit 2",
    ...withRun(unchanged),
    message: /--limit: only with --data or --dataset/,
  },
  {
    name: "an unknown export format",
    command: "export run --format mat",
    ...withRun(unchanged),
    message: /option '--format <format>' argument 'mat' is invalid\. Allowed choices are safetensors, npz; see --help/,
  },
  {
    name: "a run with nothing to export",
    command: "export here",
    given: (path) => mkdir(path("here")),
    message: /here: holds no checkpoint/,
  },
];

const TABLES = { DATA, OPTIONS, PLACES, RUNS };

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

describe.each(Object.entries(TABLES))("%s", (_, table) => {
  it.each(table)("$name", async (bad) => {
    const { folder, before } = await prepared(bad);
    const { code, stdout, stderr } = await otlearnHere(wordsOf(bad.command), folder);
    expect(stderr).toMatch(new RegExp(`^otlearn: .*${bad.message.source}.*\n$`));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(await contentOf(folder)).toEqual(before);
  });
});

it.each(Object.values(TABLES).map(([first]) => first))("the same as a process: $name", async (bad) => {
  const { folder, before } = await prepared(bad);
  const { code, signal, stdout, stderr } = await otlearn(wordsOf(bad.command), { cwd: folder });
  expect(stderr).toMatch(new RegExp(`^otlearn: .*${bad.message.source}.*\n$`));
  expect({ code, signal, stdout }).toEqual({ code: 2, signal: null, stdout: "" });
  expect(await contentOf(folder)).toEqual(before);
});
