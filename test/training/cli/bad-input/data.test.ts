import { execFileSync } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { encodeNpy, writeNpy } from "../../../../src/data/npy.ts";
import { encodeNpz } from "../../../../src/data/npz.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { MISSING_DATA_FOLDER } from "../../../support/cli.ts";
import { gray, refusesEach, TABLE, type BadInput, withFile, withImages } from "../../../support/bad-input.ts";

const DATA: readonly BadInput[] = [
  {
    name: "negative masses",
    command: "train wdl --data x.csv",
    ...withFile("x.csv", "1,2\n3,-4\n"),
    message: /x\.csv: sample 1, at \[1\]: expected a nonnegative number, got -4/,
  },
  ...["wdl", "wsv", "metric", "sinkinit"].map((task) => ({
    name: `a pair of data sets for ${task}`,
    command: `train ${task} --dataset blobs --limit 9`,
    message: /blobs: a pair of data sets, which only a joint embedding takes; expected one data set/,
  })),
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
    message: /nowhere\.csv: does not exist; expected data: a folder of images or one of \.npy/,
  },
  {
    name: "a file of a kind unknown",
    command: "train wdl --data x.doc",
    ...withFile("x.doc", ""),
    message: /x\.doc: unknown kind of file; expected a folder of images or one of \.npy/,
  },
  {
    name: "a pipe that nobody writes into",
    command: "train wdl --data x.csv",
    given: async (path) => execFileSync("mkfifo", [path("x.csv")]),
    message: /x\.csv: is a pipe, expected a file; write its content to one and give its path; expected data/,
  },
  {
    name: "a folder with a pipe among its pictures",
    command: "train wdl --data images",
    async given(path) {
      await withImages({ "a.png": gray(9) }).given!(path);
      execFileSync("mkfifo", [path("images/b.png")]);
    },
    message: /images\/b\.png: is a pipe, expected a file/,
  },
  {
    name: "a device that never ends",
    command: "train wdl --data /dev/zero",
    message: /\/dev\/zero: is a device, expected a file/,
  },
  {
    name: "a loop of symbolic links",
    command: "train wdl --data x.csv",
    async given(path) {
      await symlink("y.csv", path("x.csv"));
      await symlink("x.csv", path("y.csv"));
    },
    message: /x\.csv: is a loop of symbolic links; expected data/,
  },
  {
    name: "an array of nothing, 999999999 times",
    command: "train wdl --data x.npy",
    ...withFile("x.npy", encodeNpy(ndarray(new Uint8Array(), [999_999_999, 0]))),
    message: /x\.npy: no values \(shape \[999999999, 0\]\)/,
  },
  {
    name: "counts with an empty list of cells",
    command: "train wsv --data counts",
    async given(path) {
      await mkdir(path("counts"));
      await writeNpy(path("counts/counts.npy"), gray(1));
      await writeFile(path("counts/genes.txt"), "a\nb\nc\nd\n");
      await writeFile(path("counts/cells.tsv"), "");
    },
    message: /counts\/cells\.tsv: empty, expected a header \(barcode, cell_type\) and a line a cell/,
  },
  {
    name: "a first sample with missing values",
    command: "train wdl --data x.csv",
    ...withFile("x.csv", "5,NA,NA\n1,2,3\n4,5,6\n"),
    message: /x\.csv: row 1, column 2: expected a number, got "NA"/,
  },
  {
    name: "a header that may be values",
    command: "train wdl --data x.csv",
    ...withFile("x.csv", "cell,10,20\nx,1,2\ny,3,4\n"),
    message:
      /x\.csv: the first row \(cell, 10, 20\) may be a header of numbers or not \(a row named cell\); write a header/,
  },
  {
    name: "an unknown data set",
    command: "train wdl --dataset mist",
    message: /data set mist: unknown; known are faces, faces-unseen, drawings, gaussians-1d,/,
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
    message: /--cost: cost\.npy: expected \[4, 4\] \(one row a bin of x\.csv\), got \[3, 3\]/,
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
    message: /--init: expected at least 5 data points for kmeans \(one an atom\), got 3; use constant/,
  },
];

refusesEach(DATA);
