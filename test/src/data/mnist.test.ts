import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { idxDataset } from "../../../src/data/mnist.ts";
import { InputError } from "../../../src/errors.ts";
import { serveFiles } from "../../support/file-server.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** An IDX file of constant images or of labels. */
function idx(shape: number[], data: number[]): Uint8Array {
  return gzipSync(Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((extent) => [0, 0, 0, extent]), ...data]));
}

const files = {
  "/train-images-idx3-ubyte.gz": idx([3, 2, 2], [0, 0, 0, 255, 1, 2, 3, 4, 5, 5, 5, 5]),
  "/train-labels-idx1-ubyte.gz": idx([3], [1, 0, 1]),
  "/t10k-images-idx3-ubyte.gz": idx([1, 2, 2], [8, 8, 8, 8]),
  "/t10k-labels-idx1-ubyte.gz": idx([2], [0, 1]), // one too many
};
const md5 = (path: keyof typeof files): string => createHash("md5").update(files[path]).digest("hex");

async function small(): Promise<ReturnType<typeof idxDataset>> {
  const { url } = await serveFiles(files);
  return idxDataset({
    name: "small",
    description: "two kinds of thing",
    mirrors: [url],
    classes: ["zero", "one"],
    md5: {
      train: { images: md5("/train-images-idx3-ubyte.gz"), labels: md5("/train-labels-idx1-ubyte.gz") },
      test: { images: md5("/t10k-images-idx3-ubyte.gz"), labels: md5("/t10k-labels-idx1-ubyte.gz") },
    },
  });
}

describe("idxDataset", () => {
  it("fetches, decodes and labels a part", async () => {
    const entry = await small();
    expect(await entry.load({ folder: await temporaryFolder(), split: "train", limit: 2 })).toEqual({
      kind: "images",
      name: "small",
      values: { shape: [2, 2, 2], data: Float64Array.of(0, 0, 0, 255, 1, 2, 3, 4) },
      names: ["0", "1"],
      labels: ["one", "zero"],
    });
  });

  it("resizes", async () => {
    const entry = await small();
    const { values } = await entry.load({ folder: await temporaryFolder(), split: "train", size: "1" });
    expect(values).toEqual({ shape: [3, 1, 1], data: Float64Array.of(63.75, 2.5, 5) });
  });

  it("refuses labels of another number", async () => {
    const entry = await small();
    await expect(entry.load({ folder: await temporaryFolder() })).rejects.toThrow(InputError);
  });
});
