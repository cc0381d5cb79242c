import { mkdir, writeFile } from "node:fs/promises";
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
];

refusesEach(PLACES);
