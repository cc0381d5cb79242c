import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeEvaluation, type Evaluation } from "../../eval/evaluator.ts";
import { lineChart } from "../../eval/pictures/line-chart.ts";
import { montage } from "../../eval/pictures/montage.ts";
import { readNpy } from "../../src/data/npy.ts";
import { InputError } from "../../src/errors.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "otlearn-evaluation-"));
});
afterEach(() => rm(folder, { recursive: true }));

const atoms = ndarray(Float32Array.of(1, 2, 3, 4), [1, 2, 2]);

async function evaluation(): Promise<Evaluation> {
  const drawing = { kind: "svg", svg: '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>' } as const;
  return {
    summary: { psnr: 33.8, sinkhorn: { gamma: 1 } },
    arrays: { atoms },
    pictures: { atoms: () => montage(atoms), path: () => drawing },
    report: () => ({ title: "A run", sections: [] }),
  };
}

describe("writeEvaluation", () => {
  it("writes arrays, pictures, summary and report, twice if need be", async () => {
    await writeEvaluation(folder, await evaluation());
    await writeEvaluation(folder, await evaluation());
    expect((await readdir(folder)).sort()).toEqual(["report.html", "result"]);
    expect((await readdir(join(folder, "result"))).sort()).toEqual([
      "atoms.npy",
      "atoms.png",
      "path.png",
      "summary.json",
    ]);
    expect(await readNpy(join(folder, "result/atoms.npy"))).toEqual(atoms);
    expect(JSON.parse(await readFile(join(folder, "result/summary.json"), "utf8"))).toEqual({
      psnr: 33.8,
      sinkhorn: { gamma: 1 },
    });
    for (const name of ["atoms.png", "path.png"]) {
      expect((await readFile(join(folder, "result", name))).subarray(1, 4).toString()).toBe("PNG");
    }
  });

  it("gives all but the picture that cannot be drawn, and notes it in the report", async () => {
    const given = await evaluation();
    const pictures = {
      chart: () => lineChart([{ title: "nothing", series: [] }], "step"),
      broken: () => ({ kind: "svg", svg: "<no" }) as const,
      failed: () => Promise.reject(new RangeError("Invalid typed array length: 1e12\nand more")),
      ...given.pictures,
    };
    const notes = await writeEvaluation(folder, { ...given, pictures });
    expect(notes).toEqual([
      'picture chart is left out: line chart: nothing to draw in the panel "nothing"',
      expect.stringMatching(/^picture broken is left out: picture: expected an SVG drawing, got "<no"/),
      "picture failed is left out: Invalid typed array length: 1e12",
    ]);
    expect((await readdir(join(folder, "result"))).sort()).toEqual([
      "atoms.npy",
      "atoms.png",
      "path.png",
      "summary.json",
    ]);
    const html = await readFile(join(folder, "report.html"), "utf8");
    for (const name of ["chart", "broken", "failed"]) expect(html).toContain(`picture ${name} is left out: `);
  });

  it("gives all but a report that fails", async () => {
    const report = () => {
      throw new TypeError("no title");
    };
    expect(await writeEvaluation(folder, { ...(await evaluation()), report })).toEqual([
      "report is left out: no title",
    ]);
    expect(await readdir(folder)).toEqual(["result"]);
    expect(await readNpy(join(folder, "result/atoms.npy"))).toEqual(atoms);
  });

  it("says in one line where it cannot write", async () => {
    const file = join(folder, "occupied");
    await writeFile(file, "");
    await expect(writeEvaluation(file, await evaluation())).rejects.toThrow(InputError);
  });
});
