import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { refusesEach, type BadInput, unchanged, withFile, withRun } from "../../../support/bad-input.ts";

const PLACES: readonly BadInput[] = [
  {
    name: "a run that is already there",
    command: "train wdl --size 8 --out run",
    ...withRun(unchanged),
    message: /run: already holds a run; resume it or choose another folder/,
  },
  {
    name: "a folder in use",
    command: "train wdl --size 8 --out used",
    given: (path) => mkdir(path("used")).then(() => writeFile(path("used/mine"), "")),
    message: /used: is not empty; choose another folder/,
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
    message: /data\.csv\/x: lies below something that is not a folder/,
  },
  {
    name: "an evaluation over another run",
    command: "eval run --out other",
    given: (path) => withRun(unchanged).given!(path).then(() => cp(path("run"), path("other"), { recursive: true })),
    message: /other: already holds a run; resume it or choose another folder/,
  },
  {
    name: "an evaluation over another evaluation",
    command: "eval run --out other",
    given: (path) =>
      withRun(unchanged).given!(path).then(() => cp(path("run/result"), path("other/result"), { recursive: true })),
    message: /other: is not empty; choose another folder/,
  },
  {
    name: "a run in a loop of links",
    command: "train wdl --size 8 --out loop",
    given: (path) => symlink("loop", path("loop")),
    message: /loop: is a loop of symbolic links/,
  },
  {
    name: "a run to resume that is a loop of links",
    command: "train wdl --resume loop",
    given: (path) => symlink("loop", path("loop")),
    message: /loop: not a run directory/,
  },
  {
    name: "a checkpoint that is a loop of links",
    command: "eval loop",
    given: (path) => symlink("loop", path("loop")),
    message: /loop\/checkpoints: is a loop of symbolic links/,
  },
  {
    name: "a configuration that is a loop of links",
    command: "train wdl --config loop",
    given: (path) => symlink("loop", path("loop")),
    message: /loop: is a loop of symbolic links/,
  },
  { name: "a run without a name", command: "train wdl --size 8 --out ''", message: /--out: expected a path, got ""/ },
  { name: "an unset run to resume", command: "train wdl --resume ''", message: /--resume: expected a path, got ""/ },
  { name: "an unset configuration", command: "train wdl --config ''", message: /--config: expected a path, got ""/ },
  { name: "an unset run to evaluate", command: "eval ''", message: /expected the path of a run or checkpoint, got ""/ },
  {
    name: "an evaluation into an unset folder",
    command: "eval run --out ''",
    ...withRun(unchanged),
    message: /--out: expected a path, got ""/,
  },
  {
    name: "an export to an unset file",
    command: "export run --out ''",
    ...withRun(unchanged),
    message: /--out: expected a path, got ""/,
  },
  {
    name: "a report on an unset run",
    command: "report ''",
    message: /expected the path of a run or checkpoint, got ""/,
  },
];

/** Where Linux makes no folders. */
const PROC: readonly BadInput[] = [
  {
    name: "a run where no folder can be made",
    command: "train wdl --size 8 --out /proc/otlearn",
    message: /\/proc\/otlearn: no folder can be made there/,
  },
];

refusesEach([...PLACES, ...(process.platform === "linux" ? PROC : [])]);
