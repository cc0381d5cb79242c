import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { writeNpy } from "../../../src/data/npy.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { otlearnHere, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const TRAIN = [...TRAIN_SMALL, "--iterations", "4", "--quiet", "--out", "run"];

describe("train wdl --labels", () => {
  it("shows classes in the report, which training does not see", async () => {
    const folder = await temporaryFolder();
    await writeBumps(folder);
    const lines = Array.from({ length: 12 }, (_, row) => (row % 3 === 0 ? "Austen" : "Twain"));
    await writeFile(join(folder, "authors.txt"), `${lines.join("\n")}\n`);
    expect(await otlearnHere(TRAIN, folder)).toMatchObject({ code: 0 });
    const labelled = [...TRAIN, "--out", "labelled", "--labels", "authors.txt"];
    expect(await otlearnHere(labelled, folder)).toMatchObject({ code: 0, stderr: "" });

    const summaryOf = async (run: string) =>
      JSON.parse(await readFile(join(folder, run, "result", "summary.json"), "utf8")) as Record<string, unknown>;
    const [plain, withClasses] = [await summaryOf("run"), await summaryOf("labelled")];
    expect(withClasses["psnr"]).toBe(plain["psnr"]);
    expect(plain).not.toHaveProperty("classes");
    const methods = ["WDL", "PCA 2", "PCA 3", "NMF"];
    expect(withClasses["classes"]).toEqual({
      count: 2,
      scores: methods.map((method) => ({ method, neighbors: expect.any(Number), silhouette: expect.any(Number) })),
    });
    const page = await readFile(join(folder, "labelled", "report.html"), "utf8");
    for (const text of ["Austen", "Mean weights of the classes", "Classes told by coefficients"])
      expect(page).toContain(text);

    // classes belong to the run: it is evaluated with them again
    const { stdout } = await otlearnHere(["eval", "labelled", "--json"], folder);
    expect(JSON.parse(stdout)).toEqual(withClasses);
  });

  it.each([
    ["another number of labels", "a\nb\n", [], "expected 12 labels (one per sample), got 2"],
    ["an empty line", "a\n\nb\n", [], "line 2: expected a label, got an empty line"],
    ["a data set by name", "a\n", ["--dataset", "faces"], "only beside --data"],
  ])("refuses %s in one line", async (_, text, choice, message) => {
    const folder = await temporaryFolder();
    await writeBumps(folder);
    await writeFile(join(folder, "labels.txt"), text);
    const given = choice.length > 0 ? ["train", "wdl", ...choice] : TRAIN;
    const { code, stderr } = await otlearnHere([...given, "--labels", "labels.txt"], folder);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("train wdl", () => {
  it("draws volumes along their axes", async () => {
    const folder = await temporaryFolder();
    const shape = [5, 4, 6, 7];
    const values = Float32Array.from({ length: 5 * 4 * 6 * 7 }, (_, index) => 1 + Math.sin(index ** 1.1));
    await writeNpy(join(folder, "volumes.npy"), ndarray(values, shape));
    const args =
      "train wdl --backend cpu --data volumes.npy --atoms 2 --sinkhorn-iterations 5 --iterations 3 --quiet --out run";
    expect(await otlearnHere(args.split(" "), folder)).toMatchObject({ code: 0, stderr: "" });
    // a row each for axes 1 to 3 of the two atoms, and of input, WDL, two of PCA and NMF
    const size = async (name: string) => sharp(join(folder, "run", "result", `${name}.png`)).metadata();
    const [atoms, reconstructions] = [await size("atoms"), await size("reconstructions")];
    expect(reconstructions.height).toBeGreaterThan(4.5 * atoms.height);
    expect((await size("interpolation")).width).toBeGreaterThan(2 * atoms.width);
  });

  it("says once that the KL loss does not suit data with many zero pixels, and keeps it", async () => {
    const folder = await temporaryFolder();
    const drawn = Float32Array.from({ length: 6 * 100 }, (_, index) =>
      Number((index + Math.floor(index / 100)) % 7 === 0),
    );
    await writeNpy(join(folder, "lines.npy"), ndarray(drawn, [6, 10, 10]));
    const args = "train wdl --backend cpu --data lines.npy --atoms 2 --sinkhorn-iterations 5 --iterations 3 --out run";
    const { code, stderr } = await otlearnHere(args.split(" "), folder);
    expect(code).toBe(0);
    expect(stderr.match(/warning: the blur of barycenters puts \d+% of the mass on zero pixels/g)).toHaveLength(1);
    const summary = await readFile(join(folder, "run", "result", "summary.json"), "utf8");
    expect((JSON.parse(summary) as { notes: string[] }).notes).toEqual([expect.stringContaining("quadratic loss")]);
    expect(await readFile(join(folder, "run", "report.html"), "utf8")).toContain("zero pixels of the data");

    const quadratic = await otlearnHere([...args.split(" "), "--out", "other", "--loss", "quadratic"], folder);
    expect(quadratic.stderr).not.toContain("warning");
  });
});
