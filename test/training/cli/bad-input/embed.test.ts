import { writeFile } from "node:fs/promises";
import { encodeNpy, writeNpy } from "../../../../src/data/npy.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { refusesEach, type BadInput } from "../../../support/bad-input.ts";

const POINTS = Array.from({ length: 12 }, (_, i) => `${i / 8},${(i % 3) / 2}`);
const square = (...entries: number[]) => encodeNpy(ndarray(Float64Array.from(entries), [3, 3]));

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "x.csv": `${POINTS.join("\n")}\n`,
  "y.csv": `${POINTS.map((row) => `${row},1`).join("\n")}\n`,
  "short.csv": `${POINTS.slice(0, 8).join("\n")}\n`,
  "labels.txt": "a\nb\nc\n",
  "d.npy": square(0, 1, 2, 1, 0, 3, 2, 3, 0),
  "skew.npy": square(0, 1, 2, 1, 0, 3, 2, 4, 0),
  "nan.npy": square(0, 1, NaN, 1, 0, 3, NaN, 3, 0),
  "square.off": "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 3\n",
  "broken.off": "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 4\n",
  "cut.off": "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n",
};

/** `train embed` of x and y with more words, in a folder with all the files. */
const embed = (name: string, words: string, message: RegExp, sets = "--x x.csv --y y.csv"): BadInput => ({
  name,
  command: ["train embed", sets, words].filter(Boolean).join(" "),
  async given(path) {
    for (const [file, content] of Object.entries(FILES)) await writeFile(path(file), content);
    await writeNpy(path("points.npy"), ndarray(Float64Array.of(1, 2, NaN, 4), [2, 2]));
  },
  message,
});
const sets = (name: string, words: string, message: RegExp): BadInput => embed(name, words, message, "");

const DATA: readonly BadInput[] = [
  sets("x without y", "--x x.csv", /--y: expected both sets, x and y, got one of them/),
  sets("y without x", "--y x.csv", /--x: expected both sets, x and y, got one of them/),
  sets("labels without sets", "--labels-y labels.txt", /--labels-y: only with x and y; leave it out/),
  sets("a set that is not there", "--x x.csv --y nowhere.csv", /nowhere\.csv: does not exist/),
  sets("one table", "--data x.csv", /x\.csv: one data set, expected two; name both files with x and y, or take a pair/),
  sets("one data set by name", "--dataset faces", /faces: one data set, expected two; name both files/),
  embed("sets beside a data set", "--dataset blobs", /--dataset and --data: not beside data of embed's own options/),
  embed(
    "points for distances",
    "--matrices",
    /x\.csv: distances: expected a square matrix \[n, n\], got shape \[12, 2\]/,
  ),
  sets(
    "distances that are not symmetric",
    "--matrices --x d.npy --y skew.npy",
    /skew\.npy: distances: not symmetric: 3 at \[1, 2\], 4 at \[2, 1\]; give one distance to a pair/,
  ),
  sets(
    "distances that are NaN",
    "--matrices --x nan.npy --y d.npy",
    /nan\.npy: distances: expected finite entries >= 0 .*, got NaN at \[0, 2\]/,
  ),
  sets("a mesh for distances", "--matrices --x d.npy --y square.off", /square\.off: expected a matrix of distances/),
  sets("points that are NaN", "--x points.npy --y y.csv", /points\.npy: .*expected a finite number, got NaN/),
  sets(
    "a mesh with a face of vertices that are not there",
    "--x square.off --y broken.off",
    /broken\.off: face 1: expected vertices from 0 to 3, got 4/,
  ),
  sets("a mesh cut short", "--x square.off --y cut.off", /cut\.off: truncated, expected 4 vertices and 2 faces/),
  sets("the first vertices of a mesh", "--x square.off --y square.off --limit 3", /limit: not for a mesh/),
  sets(
    "pairs that are not equally many",
    "--x x.csv --y short.csv --paired",
    /x\.csv and short\.csv: expected as many rows on both sides, since they are pairs, got 12 and 8/,
  ),
  embed("too few labels", "--labels-x labels.txt", /labels\.txt: expected 12 labels \(one per sample\), got 3/),
];

const OPTIONS: readonly BadInput[] = [
  embed(
    "neighbours as many as points",
    "--neighbors 12",
    /--neighbors: expected a whole number from 1 to 11 .*, got 12/,
  ),
  sets(
    "Gaussians of a mesh",
    "--x square.off --y square.off --mixture 2",
    /--mixture: Gaussians are fitted to points, and x has mesh/,
  ),
  embed("more Gaussians than points", "--mixture 13", /--mixture: expected at most 12, the points of x, got 13/),
  embed(
    "a target unknown",
    "--target wrong",
    /--target: expected one of plane, sphere, torus, circle, gaussians, x, y or an \.npy file/,
  ),
  embed("a target that is not there", "--target nowhere.npy", /nowhere\.npy: does not exist/),
  embed("a target that is not symmetric", "--target skew.npy", /skew\.npy: distances: not symmetric/),
  embed("a target of NaN", "--target points.npy", /points\.npy: distances: expected finite entries/),
  embed(
    "a target matrix of no file",
    "--target matrix",
    /--target-distances: expected a file of distances with target matrix, got none/,
  ),
  embed(
    "distances of another target",
    "--target-distances d.npy",
    /--target-distances: only with target matrix; name the file as the target/,
  ),
  embed(
    "an epsilon that goes up",
    "--epsilon 0.1 --epsilon-from 0.01",
    /--epsilon-from: expected at least epsilon \(0\.1\)/,
  ),
  embed(
    "a search without pairs",
    "--search",
    /--search: needs pairs to choose by, .*; say so with paired, or leave search out/,
  ),
  embed(
    "validation that leaves no pairs",
    "--paired --search --validation 0.01",
    /--validation: 0\.01 of 12 pairs are 0; expected some/,
  ),
  embed("no steps", "--outer 0", /--outer: expected a whole number at least 1, got "0"/),
  {
    name: "a pair for another task, before it is fetched",
    command: "train wdl --dataset snareseq",
    message: /snareseq: a pair of data sets, which only a joint embedding takes; expected one data set/,
  },
  {
    name: "images for an embedding, before they are fetched",
    command: "train embed --dataset mnist",
    message: /mnist: one data set, expected two; name both files with x and y/,
  },
];

refusesEach([...DATA, ...OPTIONS]);
