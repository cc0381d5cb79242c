import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { zip } from "../../../../src/data/zip.ts";
import {
  MANIFEST,
  refusesEach,
  rewrite,
  TENSORS,
  type BadInput,
  unchanged,
  withFile,
  withRun,
} from "../../../support/bad-input.ts";

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
    message:
      /data\.csv: the data are not those that the run was started on; restore them, point to them with --data, or start a new run/,
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
    name: "an archive that is not there",
    command: "eval run.zip",
    message: /run\.zip: does not exist/,
  },
  {
    name: "an archive that is none",
    command: "eval run.zip",
    ...withFile("run.zip", "no archive"),
    message: /run\.zip: not a complete zip archive/,
  },
  {
    name: "an archive of something else",
    command: "eval run.zip",
    ...withFile("run.zip", zip([["notes.txt", Uint8Array.of(1)]])),
    message: /run\.zip: holds no run, it has no config\.json/,
  },
  {
    name: "an archive that leads out of itself",
    command: "eval run.zip",
    ...withFile("run.zip", zip([["../config.json", Uint8Array.of(1)]])),
    message: /run\.zip: refused, entry "\.\.\/config\.json" points outside the archive/,
  },
  {
    name: "an archive with a damaged configuration",
    command: "eval run.zip",
    ...withFile("run.zip", zip([["config.json", Uint8Array.of(1)]])),
    message: /run\.zip: holds no checkpoint/,
  },
  {
    name: "an archive with one byte changed",
    command: "eval run.zip",
    ...withFile(
      "run.zip",
      zip([["config.json", new TextEncoder().encode("{}")]]).map((byte, at) => (at === 14 ? byte ^ 1 : byte)),
    ),
    message: /run\.zip: /,
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
    message: /run\/metrics\.jsonl: damaged, line 1 is no row of metrics; restore it, or remove it/,
  },
  {
    name: "a metrics log with a null line",
    command: "eval run",
    ...withRun(rewrite("run/metrics.jsonl", (text) => text.replace(/^.*\n/, "null\n"))),
    message: /run\/metrics\.jsonl: damaged, line 1 is no row of metrics; restore it, or remove it/,
  },
  ...["eval run", "report run", "train wdl --resume run"].map((command) => ({
    name: `a configuration without options, with ${command}`,
    command,
    ...withRun(rewrite("run/config.json", (text) => JSON.stringify({ ...JSON.parse(text), options: {} }))),
    message: /run\/config\.json: damaged or foreign, options\.dataShape is undefined/,
  })),
  {
    name: "a configuration with an option that is none",
    command: "eval run",
    ...withRun(rewrite("run/config.json", (text) => text.replace('"atoms": 2', '"atoms": "two"'))),
    message: /run\/config\.json: atoms: expected a whole number at least 1, got "two"/,
  },
  {
    name: "a configuration of a backend unknown",
    command: "eval run",
    ...withRun(
      rewrite("run/config.json", (text) => text.replace(`"backend": "cpu",\n  "engine"`, `"backend": "",\n  "engine"`)),
    ),
    message: /run\/config\.json: expected one of auto, tensorflow, .*, got ""/,
  },
  {
    name: "data that are gone",
    command: "train wdl --resume run",
    ...withRun(async (path) => {
      await rm(path("data.csv"));
      await rewrite("run/config.json", (text) => text.replace(/"data": "\/.*"/, '"data": "/gone/data.csv"'))(path);
    }),
    message: /gone\/data\.csv: does not exist; if it was moved, say where to: --data PATH/,
  },
  {
    name: "other data in place of those that are gone",
    command: "report run --data other.csv",
    ...withRun((path) => writeFile(path("other.csv"), "1,2,3,4\n4,3,2,1\n")),
    message: /other\.csv: the data are not those that the run was started on \(shape \[2,4\], then \[4,4\]\)/,
  },
  {
    name: "a ground cost for a run without",
    command: "train wdl --resume run --cost data.csv",
    ...withRun(unchanged),
    message: /--cost: the run was started without; leave it out/,
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
    message:
      /option '--format <format>' argument 'mat' is invalid\. Allowed choices are safetensors, npz, onnx, tfjs; see --help/,
  },
  {
    name: "a run with nothing to export",
    command: "export here",
    given: (path) => mkdir(path("here")),
    message: /here: holds no checkpoint/,
  },
];

refusesEach(RUNS);
