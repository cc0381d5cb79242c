import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { describe, expect, it } from "vitest";
import { logNormalized } from "../../../src/data/cells.ts";
import { loadData } from "../../../src/data/load.ts";
import { encodeNpy, writeNpy } from "../../../src/data/npy.ts";
import { cellDataset } from "../../../src/data/pbmc3k.ts";
import { InputError, RunError } from "../../../src/errors.ts";
import { Random } from "../../../src/tensor/random.ts";
import { serveFiles } from "../../support/file-server.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const COUNTS = [
  [3, 0, 1],
  [0, 2, 2],
];

/** A person's folder of counts with annotation. */
async function annotatedFolder(parent: string): Promise<string> {
  const folder = join(parent, "cells");
  await mkdir(folder);
  await writeNpy(join(folder, "counts.npy"), { shape: [2, 3], data: Uint16Array.from(COUNTS.flat()) });
  await writeFile(join(folder, "genes.txt"), "LYZ\nNKG7\nCD74\n");
  await writeFile(join(folder, "cells.tsv"), "barcode\tcell_type\nAAA\tMono\nCCC\tNK\n");
  const markers = "level\tlabel\tmarkers_present\n1\tMono\tLYZ,CD74\n1\tNK\tCD74,NKG7\n1\tB\tLYZ\n2\tCD16 Mono\tNKG7\n";
  await writeFile(join(folder, "azimuth_markers_present.tsv"), markers);
  return folder;
}

/** Files of a folder as 10x Genomics writes them, of random counts: most cells and genes well observed, the last not. */
function tenX(cells: number, genes: number) {
  const random = Random.fromSeed(1);
  const entries: string[] = [];
  for (let cell = 1; cell <= cells; cell++) {
    for (let gene = 1; gene <= (cell === cells ? 10 : genes - 1); gene++) {
      if (random.uniform() < 0.9) entries.push(`${gene} ${cell} ${1 + random.integer(5)}`);
    }
  }
  entries.push(`${genes} 1 4`); // a gene of one cell
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => `${line(index)}\n`).join("");
  return {
    "matrix.mtx": `%%MatrixMarket matrix coordinate integer general\n${genes} ${cells} ${entries.length}\n${entries.join("\n")}\n`,
    "genes.tsv": lines(genes, (gene) => `ENSG${gene}\tG${gene}`),
    "barcodes.tsv": lines(cells, (cell) => `cell-${cell}`),
  };
}

describe("a folder of counts", () => {
  it("is log-normalised, with cell types and the genes that mark one of them", async () => {
    const dataset = await loadData(await annotatedFolder(await temporaryFolder()), { masses: true });
    expect(dataset).toEqual({
      kind: "matrix",
      name: "cells",
      values: logNormalized({ shape: [2, 3], data: Float64Array.from(COUNTS.flat()) }),
      names: ["AAA", "CCC"],
      features: ["LYZ", "NKG7", "CD74"],
      labels: ["Mono", "NK"],
      featureLabels: ["Mono", "NK", undefined],
    });
  });

  it.each(["", ".gz"])("is read in the layout of 10x Genomics, files ending in %j", async (ending) => {
    const folder = await temporaryFolder();
    for (const [name, text] of Object.entries(tenX(3, 12))) {
      await writeFile(join(folder, name + ending), ending ? gzipSync(text) : text);
    }
    const dataset = await loadData(folder);
    expect(dataset).toMatchObject({
      kind: "matrix",
      names: ["cell-0", "cell-1", "cell-2"],
      values: { shape: [3, 12] },
    });
    expect(dataset).toHaveProperty("features.11", "G11");
  });

  it("says which names are missing or of another number", async () => {
    const folder = await annotatedFolder(await temporaryFolder());
    await writeFile(join(folder, "genes.txt"), "LYZ\n");
    await expect(loadData(folder)).rejects.toThrow(
      new InputError(`${folder}: genes: expected 3 names (one of each), got 1`),
    );
    const other = await temporaryFolder();
    await writeFile(join(other, "matrix.mtx"), tenX(3, 12)["matrix.mtx"]);
    await expect(loadData(other)).rejects.toThrow(/counts without genes\.tsv or features\.tsv/);
  });
});

describe("a folder of counts that is wrong", () => {
  it.each<[string, string, string | Uint8Array, RegExp]>([
    [
      "an empty cells.tsv",
      "cells.tsv",
      "",
      /cells\.tsv: empty, expected a header \(barcode, cell_type\) and a line a cell/,
    ],
    [
      "a line of cells.tsv without its type",
      "cells.tsv",
      "barcode\tcell_type\nAAA\nCCC\tNK\n",
      /cells\.tsv: line 2 has 1 cells, its header has 2/,
    ],
    [
      "a negative count",
      "counts.npy",
      encodeNpy({ shape: [2, 3], data: Int16Array.of(3, 0, 1, 0, -2, 2) }),
      /cell CCC, gene NKG7: expected a count \(0 or more\), got -2; give raw counts/,
    ],
    [
      "a count that is not known",
      "counts.npy",
      encodeNpy({ shape: [2, 3], data: Float32Array.of(3, 0, NaN, 0, 2, 2) }),
      /cell AAA, gene CD74: expected a count \(0 or more\), got NaN/,
    ],
    [
      "counts of nothing, 999999999 times",
      "counts.npy",
      encodeNpy({ shape: [999_999_999, 0], data: new Uint8Array() }),
      /counts: no values \(shape \[999999999, 0\]\)/,
    ],
    [
      "counts that are no table",
      "counts.npy",
      encodeNpy({ shape: [6], data: new Uint8Array(6) }),
      /expected counts \[cells, genes\], got \[6\]/,
    ],
  ])("is refused for %s", async (_, name, content, message) => {
    const folder = await annotatedFolder(await temporaryFolder());
    await writeFile(join(folder, name), content);
    await expect(loadData(folder)).rejects.toThrow(InputError);
    await expect(loadData(folder)).rejects.toThrow(message);
  });

  it("is refused for a .gz that is cut off", async () => {
    const folder = await temporaryFolder();
    for (const [name, text] of Object.entries(tenX(3, 12)))
      await writeFile(join(folder, `${name}.gz`), gzipSync(text).subarray(0, -9));
    await expect(loadData(folder)).rejects.toThrow(/matrix\.mtx\.gz: not a complete gzip file/);
  });
});

describe("cellDataset", () => {
  async function published(content: Uint8Array) {
    const { url } = await serveFiles({ "/cells.tar.gz": content });
    return cellDataset("small", {
      path: "small/cells.tar.gz",
      urls: [`${url}cells.tar.gz`],
      mostBytes: 1e6,
      checksum: { algorithm: "sha256", hex: createHash("sha256").update(content).digest("hex") },
    });
  }
  const archive = () =>
    gzipSync(createTar(Object.entries(tenX(30, 260)).map(([name, data]) => ({ name: `filtered/hg19/${name}`, data }))));

  it("fetches the published archive and takes well observed cells and genes", async () => {
    const { values, names, ...rest } = await (await published(archive())).load({ folder: await temporaryFolder() });
    expect(values.shape).toEqual([29, 259]);
    expect(names).not.toContain("cell-29");
    expect(rest).toMatchObject({ kind: "matrix", name: "small" });
    expect(rest).not.toHaveProperty("labels");
  });

  it("prefers a person's own folder of that name", async () => {
    const folder = await temporaryFolder();
    await annotatedFolder(folder);
    const entry = cellDataset("cells", {
      path: "x",
      urls: [],
      mostBytes: 0,
      checksum: { algorithm: "sha256", hex: "" },
    });
    expect(await entry.load({ folder })).toMatchObject({ name: "cells", labels: ["Mono", "NK"] });
  });

  it("refuses what is no archive, and says what to do without a network", async () => {
    const damaged = await published(Uint8Array.of(1, 2, 3));
    await expect(damaged.load({ folder: await temporaryFolder() })).rejects.toThrow(/not a complete gzip file/);
    const entry = cellDataset("absent", {
      path: "absent/cells.tar.gz",
      urls: [`${(await serveFiles({})).url}cells.tar.gz`],
      mostBytes: 1e6,
      checksum: { algorithm: "sha256", hex: "00" },
    });
    await expect(entry.load({ folder: await temporaryFolder() })).rejects.toThrow(RunError);
  });
});
