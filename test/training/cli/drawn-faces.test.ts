import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { otlearnHere } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const TRAIN = "train wdl --dataset faces --size 16 --iterations 5 --sinkhorn-iterations 5 --atoms 3 --quiet --out run";

interface Summary {
  readonly psnr: number;
  readonly psnr_pca: number;
  readonly unseen: { readonly data: string; readonly points: number; readonly psnr: Readonly<Record<string, number>> };
  readonly between: { readonly pairs: number; readonly psnr: Readonly<Record<string, number>> };
}

describe("a run on the drawn faces", () => {
  it("tells what the dictionary makes of faces that it has not seen, as eval does, and of what lies between two", async () => {
    const folder = await temporaryFolder();
    expect(await otlearnHere(TRAIN.split(" "), folder)).toMatchObject({ code: 0, stderr: "" });
    const file = (name: string) => readFile(join(folder, "run", name));
    const summary = JSON.parse((await file("result/summary.json")).toString()) as Summary;
    expect(summary.between).toMatchObject({ pairs: 20 });
    expect(Object.keys(summary.between.psnr)).toEqual(["wdl", "pca", "pca_same_count", "nmf", "cross_fade"]);
    expect(summary.unseen).toMatchObject({ data: "faces-unseen", points: 20 });
    expect(summary.unseen.psnr["pca"]).toBeLessThan(summary.psnr_pca);

    const { stdout } = await otlearnHere(["eval", "run", "--dataset", "faces-unseen", "--json"], folder);
    const other = JSON.parse(stdout) as Summary;
    expect(other.psnr).toBe(summary.unseen.psnr["wdl"]);
    expect(other.psnr_pca).toBe(summary.unseen.psnr["pca"]);
    expect(other).not.toHaveProperty("unseen");
    expect(other.between.pairs).toBe(20);

    for (const name of ["unseen", "between", "edit"])
      expect((await file(`result/${name}.png`)).length).toBeGreaterThan(0);
    const report = (await file("report.html")).toString();
    expect(report).toContain("The inputs are drawn by a program.");
    for (const title of ["Encoded", "Between two data points", "Edited"]) expect(report).toContain(`>${title}<`);
  });
});
