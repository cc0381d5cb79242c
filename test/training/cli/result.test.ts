import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeNpy, readNpy } from "../../../src/data/npy.ts";
import { ndarray, type NdArray } from "../../../src/tensor/ndarray.ts";
import { BUMPS_SIZE, otlearn, otlearnHere, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { gridCost, naiveBarycenter } from "../../support/naive-barycenter.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const ARRAYS = ["inputs", "atoms", "weights", "reconstructions"] as const;
type Arrays = Readonly<Record<(typeof ARRAYS)[number], NdArray>>;
interface Summary {
  readonly psnr: number;
  readonly psnr_images: { readonly wdl: { readonly worst: number } };
  readonly nmse: number;
  readonly sinkhorn: { readonly total: number };
}
interface Result extends Arrays {
  readonly summary: Summary;
  readonly options: {
    readonly gamma: number;
    readonly heavyBall: number;
    readonly unbalanced?: number | null;
    readonly debiased: boolean;
  };
}

async function resultOf(run: string): Promise<Result> {
  const read = async <T>(name: string) => JSON.parse(await readFile(join(run, name), "utf8")) as T;
  const arrays = ARRAYS.map(async (name) => [name, await readNpy(join(run, "result", `${name}.npy`))] as const);
  return {
    ...(Object.fromEntries(await Promise.all(arrays)) as unknown as Arrays),
    summary: await read<Summary>("result/summary.json"),
    options: (await read<{ options: Result["options"] }>("config.json")).options,
  };
}

/** The rows of an array, its axes after the first flattened. */
function rowsOf({ shape: [rows], data }: NdArray): number[][] {
  const length = data.length / rows;
  return Array.from({ length: rows }, (_, row) => Array.from(data.subarray(row * length, (row + 1) * length)));
}

/** Of the maximum. float32 arrays and kernels allow it, and one Sinkhorn iteration more or less is seen. */
const CLOSE = 3e-6;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** What holds for the result of every run: shapes, element type, masses, and the reconstructions of the naive program. */
function expectResult(result: Result, cost: readonly (readonly number[])[], pointShape: readonly number[]): void {
  const { inputs, atoms, weights, reconstructions, summary, options } = result;
  const [points, count] = [inputs.shape[0], atoms.shape[0]];
  expect(inputs.shape).toEqual([points, ...pointShape]);
  expect(atoms.shape).toEqual([count, ...pointShape]);
  expect(weights.shape).toEqual([points, count]);
  expect(reconstructions.shape).toEqual(inputs.shape);
  for (const array of [inputs, atoms, weights, reconstructions]) {
    expect(array.data).toBeInstanceOf(Float32Array);
    expect(rowsOf(array).map(sum)).toBeAllclose(new Array(array.shape[0]).fill(1), { relative: 0, absolute: 1e-5 });
  }
  const settings = {
    cost,
    gamma: options.gamma,
    heavyBall: options.heavyBall,
    unbalanced: options.unbalanced ?? undefined,
    debiased: options.debiased,
    iterations: summary.sinkhorn.total,
  };
  const expected = rowsOf(weights).map((row) => naiveBarycenter(rowsOf(atoms), row, settings));
  for (const [index, row] of rowsOf(reconstructions).entries()) {
    expect(row).toBeAllclose(expected[index], { relative: 0, absolute: CLOSE * Math.max(...expected[index]) });
  }
}

/** What a summary says of the dictionary and of the linear ones beside it. */
const METHODS = ["wdl", "pca", "pca_same_count", "nmf"];
const SPREAD = Object.fromEntries(
  ["mean", "deviation", "percentile5", "worst"].map((name) => [name, expect.any(Number)]),
);
const COMPARISON = {
  ...Object.fromEntries(
    ["psnr", "nmse"].flatMap((figure) =>
      METHODS.map((method) => [method === "wdl" ? figure : `${figure}_${method}`, expect.any(Number)]),
    ),
  ),
  psnr_images: Object.fromEntries(METHODS.map((method) => [method, SPREAD])),
  nmf: { status: "converged", iterations: expect.any(Number), tolerance: 1e-8 },
};

const TRAIN = [...TRAIN_SMALL, "--iterations", "12", "--quiet", "--out", "run"];
const DONE = { code: 0, stdout: "", stderr: "" };

describe("the result of a run", () => {
  it.each<[name: string, options: string, total: number, native?: boolean]>([
    ["as it comes", "", 5],
    ["without native kernels", "", 5, false],
    ["with warm restarts", "--warm-restart 4", 15],
    ["with heavy-ball", "--heavy-ball -0.1", 5],
    ["with warm restarts and heavy-ball", "--warm-restart 4 --heavy-ball -0.2", 15],
    ["unbalanced", "--unbalanced 20", 5],
    ["unbalanced with warm restarts", "--unbalanced 5 --warm-restart 6 --gamma 2", 10],
    ["debiased", "--debiased", 5],
    ["debiased without native kernels", "--debiased --gamma 2", 5, false],
    ["debiased with warm restarts", "--debiased --warm-restart 4", 15],
    ["debiased in the log domain", "--debiased --log-domain on", 5],
    ["in the log domain", "--log-domain on --warm-restart 6", 10],
    ["at small gamma", "--gamma 0.2", 5],
    ["outside the log domain", "--log-domain off --gamma 3", 5],
    ["with negative weights allowed", "--allow-negative-weights", 5],
    ["of the quadratic loss from samples", "--loss quadratic --init samples --seed 4", 5],
  ])("%s: masses, shapes, and reconstructions as a naive program's", async (_, options, total, native = true) => {
    const folder = await temporaryFolder();
    await writeBumps(folder);
    const args = [...TRAIN, ...options.split(" ").filter(Boolean)];
    const ended = native ? otlearnHere(args, folder) : otlearn(args, { cwd: folder, native });
    expect(await ended).toMatchObject(DONE);
    const result = await resultOf(join(folder, "run"));
    expect(result.summary).toEqual({
      loss: expect.any(Number),
      ...COMPARISON,
      iterations: 12,
      evaluations: expect.any(Number),
      seconds: expect.any(Number),
      operator: expect.any(String),
      backend: "cpu",
      engine: expect.any(String),
      sinkhorn: {
        iterations: 5,
        gamma: result.options.gamma,
        domain: expect.any(String),
        total,
        ...(options.includes("--debiased") && { debiased: true }),
      },
    });
    expectResult(result, gridCost(BUMPS_SIZE), BUMPS_SIZE);
  });

  it("of data on a line", async () => {
    const folder = await temporaryFolder();
    const args = "train wdl --backend cpu --dataset gaussians-1d --size 40 --atoms 2 --gamma 4 --iterations 8 --quiet";
    expect(await otlearnHere([...args.split(" "), "--out", "run"], folder)).toEqual(DONE);
    expectResult(await resultOf(join(folder, "run")), gridCost([1, 40]), [40]);
  });

  it("of data under a ground cost that is not symmetric", async () => {
    const folder = await temporaryFolder();
    const cost = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (__, j) => (i - j) ** 2 + +(i < j)));
    await writeNpy(join(folder, "cost.npy"), ndarray(Float64Array.from(cost.flat()), [5, 5]));
    const rows = [3, 1, 0, 0, 1, 1, 4, 1, 0, 0, 0, 1, 5, 1, 0, 0, 0, 1, 2, 2];
    await writeNpy(join(folder, "x.npy"), ndarray(Float32Array.from(rows), [4, 5]));
    const args = "train wdl --backend cpu --data x.npy --cost cost.npy --atoms 2 --iterations 8 --quiet --out run";
    expect(await otlearnHere(args.split(" "), folder)).toEqual(DONE);
    const result = await resultOf(join(folder, "run"));
    expectResult(result, cost, [5]);
    expect(rowsOf(result.inputs)[1]).toBeAllclose([1 / 6, 4 / 6, 1 / 6, 0, 0], { relative: 1e-6 });
  });
});

describe("a run on dark features with gamma correction", () => {
  it("takes ((1 - v / 255)^alpha) for mass, and undoes that for the PSNR", async () => {
    const folder = await temporaryFolder();
    await writeBumps(folder);
    const values = await readNpy(join(folder, "bumps.npy"));
    expect(await otlearnHere([...TRAIN, "--alpha", "2", "--invert"], folder)).toEqual(DONE);

    const { inputs, reconstructions, summary } = await resultOf(join(folder, "run"));
    const masses = rowsOf(values).map((row) => sum(row.map((v) => (1 - v / 255) ** 2)));
    const expected = rowsOf(values).map((row, image) => row.map((v) => (1 - v / 255) ** 2 / masses[image]));
    expect(rowsOf(inputs)).toBeAllclose(expected, { relative: 1e-6 });

    const psnr = rowsOf(reconstructions).map((row, image) => {
      const gray = row.map((mass) => Math.round(255 * (1 - Math.min(Math.sqrt(mass * masses[image]), 1))));
      const squares = gray.map((value, pixel) => (value - rowsOf(values)[image][pixel]) ** 2);
      return 10 * Math.log10(255 ** 2 / (sum(squares) / squares.length));
    });
    // the arrays are float32: a pixel may be rounded the other way
    expect(Math.abs(summary.psnr - sum(psnr) / psnr.length)).toBeLessThan(0.01);
    expect(Math.abs(summary.psnr_images.wdl.worst - Math.min(...psnr))).toBeLessThan(0.02);

    // Schmitz et al. 2018, section 5.1: |image - input|^2 / |input|^2, averaged, before anything is rounded
    const nmse = rowsOf(reconstructions).map((row, image) => {
      const gray = row.map((mass) => 255 * (1 - Math.min(Math.sqrt(mass * masses[image]), 1)));
      const input = rowsOf(values)[image];
      return sum(gray.map((value, pixel) => (value - input[pixel]) ** 2)) / sum(input.map((value) => value ** 2));
    });
    expect(summary.nmse).toBeCloseTo(sum(nmse) / nmse.length, 6);
  });
});
