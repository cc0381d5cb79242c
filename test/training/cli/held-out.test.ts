import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { componentRows, fittedNmf, fittedPca, type FittedDictionary } from "../../../eval/baselines/fitted.ts";
import { nmf } from "../../../eval/baselines/nmf.ts";
import { pca } from "../../../eval/baselines/pca.ts";
import { meanPsnr, perImage } from "../../../eval/metrics/images.ts";
import { readNpy, writeNpy } from "../../../src/data/npy.ts";
import { ndarray, toFloat64, type NdArray } from "../../../src/tensor/ndarray.ts";
import { BUMPS_SIZE, otlearnHere, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const ATOMS = 3; // of TRAIN_SMALL
const PIXELS = BUMPS_SIZE[0] * BUMPS_SIZE[1];

interface Summary {
  readonly [name: string]: unknown;
  readonly psnr: number;
  readonly sinkhorn: { readonly total: number };
}

/** A folder with `bumps.npy`, `other.npy` and a run of the first. */
async function trained(...options: string[]): Promise<string> {
  const folder = await temporaryFolder();
  await writeBumps(folder);
  await writeBumps(folder, { name: "other.npy", seed: 5 });
  const args = [...TRAIN_SMALL, "--iterations", "8", "--quiet", "--out", "run", ...options];
  expect(await otlearnHere(args, folder)).toMatchObject({ code: 0, stderr: "" });
  return folder;
}

async function evaluate(folder: string, data: string, ...options: string[]) {
  const { code, stdout, stderr } = await otlearnHere(["eval", "run", "--data", data, "--json", ...options], folder);
  expect(code).toBe(0);
  return { summary: JSON.parse(stdout) as Summary, said: stderr };
}

/** Mean PSNR of images that a dictionary was not fitted to. */
function psnrOf({ encode, decode }: FittedDictionary, images: NdArray<Float64Array>): number {
  const decoded = decode(encode(images.data)).map((value) => Math.round(Math.min(Math.max(value, 0), 255)));
  return meanPsnr(perImage(ndarray(decoded, images.shape), images)).mean;
}

describe("other data", () => {
  it("are compared with PCA and NMF as they were fitted to the data of the run", async () => {
    const folder = await trained();
    const [own, other] = await Promise.all(
      ["bumps.npy", "other.npy"].map(async (name) => toFloat64(await readNpy(join(folder, name)))),
    );
    const principal = pca(own, ATOMS);
    const rows = componentRows(principal.components, PIXELS);
    const expected = {
      psnr_pca: psnrOf(fittedPca(principal.mean.data, rows.slice(0, ATOMS - 1)), other),
      psnr_pca_same_count: psnrOf(fittedPca(principal.mean.data, rows), other),
      psnr_nmf: psnrOf(fittedNmf(componentRows(nmf(own, ATOMS).components, PIXELS)), other),
    };
    const expectFigures = (summary: Summary) => {
      for (const [name, value] of Object.entries(expected)) expect(summary[name]).toBeCloseTo(value, 2);
    };
    const { summary, said } = await evaluate(folder, "other.npy", "--out", "there");
    expectFigures(summary);
    expect(said).toBe("");
    // fitted to the other images themselves they would be far better
    expect(meanPsnr(perImage(pca(other, ATOMS).reconstructions, other)).mean).toBeGreaterThan(
      expected.psnr_pca_same_count + 1,
    );

    // a result keeps them: the data of the run need not be there
    await rename(join(folder, "bumps.npy"), join(folder, "elsewhere.npy"));
    expectFigures((await evaluate(folder, "other.npy")).summary);

    // without either there are none, and it is said
    await rm(join(folder, "run", "result"), { recursive: true });
    const without = await evaluate(folder, "other.npy");
    for (const name of Object.keys(expected)) expect(without.summary).not.toHaveProperty(name);
    expect(without.summary.psnr).toBe(summary.psnr);
    expect(without.said.split("\n")).toHaveLength(2);
    expect(without.said).toMatch(/^warning: PCA and NMF are left out.*bumps\.npy: does not exist/);

    // with the data they are fitted again
    await rename(join(folder, "elsewhere.npy"), join(folder, "bumps.npy"));
    expectFigures((await evaluate(folder, "other.npy")).summary);
  });

  it("are compared with baselines of the data where those of the result are damaged", async () => {
    const folder = await trained();
    const whole = await evaluate(folder, "other.npy");
    await writeFile(join(folder, "run", "result", "nmf_components.npy"), "nothing");
    expect((await evaluate(folder, "other.npy")).summary).toEqual(whole.summary);
    await writeNpy(join(folder, "run", "result", "nmf_components.npy"), ndarray(new Float32Array(4), [1, 2, 2]));
    expect((await evaluate(folder, "other.npy")).summary).toEqual(whole.summary);
  });

  it("are encoded with all iterations that warm restarts accumulated, and reach what training reached", async () => {
    const folder = await trained("--iterations", "40", "--warm-restart", "4", "--gamma", "2");
    const values = await readNpy(join(folder, "bumps.npy"));
    const most = 11;
    const some = ndarray(values.data.slice(0, most * PIXELS), [most, ...BUMPS_SIZE]);
    await writeNpy(join(folder, "some.npy"), some); // of another fingerprint, so that it counts as other data
    const table = await readFile(join(folder, "run", "result", "psnr.tsv"), "utf8");
    const reached = table.split("\n").slice(1, most + 1).map((row) => Number(row.split("\t")[1])); // prettier-ignore
    const { summary } = await evaluate(folder, "some.npy");
    expect(summary.sinkhorn.total).toBe(50);
    expect(summary.psnr).toBeGreaterThan(reached.reduce((sum, value) => sum + value / most, 0) - 0.02);
  });
});
