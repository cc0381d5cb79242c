import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { zipSync } from "fflate";
import { createTar } from "nanotar";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../../checkpoints/safetensors.ts";
import { decodeIdx } from "../../../src/data/idx.ts";
import { loadData } from "../../../src/data/load.ts";
import { encodeNpy } from "../../../src/data/npy.ts";
import { decodeNpz, encodeNpz } from "../../../src/data/npz.ts";
import { tarEntries } from "../../../src/data/tar.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { encodeTiff } from "../../support/tiff.ts";

const text = (content: string): Uint8Array => Buffer.from(content);
const bytes = Uint8Array.from({ length: 48 }, (_, index) => 1 + index);
const stack = ndarray(bytes, [3, 4, 4]);
const raw = { width: 4, height: 4, channels: 3 } as const;
const annotation = {
  "genes.txt": text("LYZ\nNKG7\n"),
  "cells.tsv": text("barcode\tcell_type\nAAA\tMono\nCCC\tNK\n"),
};
const mtx = text("%%MatrixMarket matrix coordinate integer general\n2 2 3\n1 1 5\n2 1 1\n2 2 4\n");
const tenX = { "genes.tsv": text("1\tLYZ\n2\tNKG7\n"), "barcodes.tsv": text("AAA\nCCC\n") };

/** A valid file of each format that data come in, by its name, and the files beside it. */
async function validFiles(): Promise<
  readonly (readonly [string, Uint8Array, Readonly<Record<string, Uint8Array>>?])[]
> {
  return [
    ["x.npy", encodeNpy(stack)],
    ["x.npz", encodeNpz([["x", stack]])],
    ["x.csv", text("cell,a,b\nx,1,2.5\ny,-300,0.04\n")],
    ["x.tsv", text('"a"\t"b"\n1\t2\n3\t4\n')],
    ["x.txt", text("# a b\n1 2\n3 4\n")],
    ["x.mtx", mtx],
    ["x.pgm", Buffer.concat([text("P5\n# made by hand\n4 4\n255\n"), bytes.subarray(0, 16)])],
    ["plain.pgm", text("P2 2 2 9\n1 2\n3 4\n")],
    ["x.png", await sharp(bytes, { raw }).png().toBuffer()],
    [
      "deep.png",
      await sharp(
        Uint16Array.from(bytes, (x) => x * 99),
        { raw },
      )
        .toColourspace("rgb16")
        .png()
        .toBuffer(),
    ],
    ["x.jpg", await sharp(bytes, { raw }).jpeg().toBuffer()],
    ["x.webp", await sharp(bytes, { raw }).webp({ lossless: true }).toBuffer()],
    ["x.gif", await sharp(bytes, { raw }).gif().toBuffer()],
    ["x.tif", await sharp(bytes, { raw }).tiff().toBuffer()],
    [
      "float.tif",
      encodeTiff([{ width: 4, height: 2, data: Float32Array.from(bytes.subarray(0, 8)), bits: 32, format: 3 }]),
    ],
    ["counts/counts.npy", encodeNpy(ndarray(bytes.subarray(0, 4), [2, 2])), annotation],
    [
      "counts/cells.tsv",
      annotation["cells.tsv"],
      { ...annotation, "counts.npy": encodeNpy(ndarray(bytes.subarray(0, 4), [2, 2])) },
    ],
    ["tenx/matrix.mtx.gz", gzipSync(mtx), tenX],
  ];
}

/** Cut to a length, then some bytes changed. */
interface Damage {
  readonly kept: number;
  readonly changes: readonly (readonly [place: number, byte: number])[];
}
const damages = fc.record<Damage>({
  kept: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, fc.double({ min: 0, max: 1, noNaN: true })),
  changes: fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
    maxLength: 4,
  }),
});

function damaged(content: Uint8Array, { kept, changes }: Damage): Uint8Array {
  const copy = content.slice(0, Math.round(kept * content.length));
  for (const [place, byte] of changes) if (copy.length > 0) copy[Math.floor(place * copy.length)] = byte;
  return copy;
}

/** An `.npz` as `numpy.savez` writes it, not compressed. */
function stored(): Uint8Array {
  return zipSync({ "x.npy": encodeNpy(stack) }, { level: 0 });
}

/** What is thrown is an InputError of one line. */
function expectRefusal(error: unknown): void {
  if (!(error instanceof InputError)) throw error;
  expect(error.message).not.toContain("\n");
}

describe("damaged data", async () => {
  const files = (await validFiles()).map(([name, content, beside = {}]) => ({ name, content, beside }));
  it.each(files)("$name is read or refused, whatever is cut off or changed", async ({ name, content, beside }) => {
    const folder = await temporaryFolder();
    const path = join(folder, name);
    const data = dirname(name) === "." ? path : dirname(path);
    await mkdir(dirname(path), { recursive: true });
    for (const [other, bytesBeside] of Object.entries(beside)) await writeFile(join(dirname(path), other), bytesBeside);
    await writeFile(path, content);
    await loadData(data); // the valid file is read
    await fc.assert(
      fc.asyncProperty(damages, async (damage) => {
        await writeFile(path, damaged(content, damage));
        const dataset = await loadData(data).catch(expectRefusal);
        if (dataset) expect(dataset.values.data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  it.each([".npy", ".npz", ".csv", ".tsv", ".txt", ".mtx", ".pgm", ".png", ".jpg", ".tif", ".gif", ".webp"])(
    "any bytes in a %s file are read or refused",
    async (extension) => {
      const path = join(await temporaryFolder(), `x${extension}`);
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (content) => {
          await writeFile(path, content);
          await loadData(path).catch(expectRefusal);
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe("damaged archives", () => {
  const entries = [
    { name: "a/one.bin", data: bytes },
    { name: "two", data: bytes.subarray(0, 5) },
  ];
  it.each<[string, Uint8Array, (content: Uint8Array) => unknown]>([
    [
      "an IDX file",
      Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6),
      (content) => decodeIdx(gzipSync(content), "x.gz"),
    ],
    [
      "a gzipped IDX file",
      gzipSync(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 1, 2)),
      (content) => decodeIdx(content, "x.gz"),
    ],
    ["a tar archive", createTar(entries), (content) => [...tarEntries(content, "x.tar")]],
    [
      "a safetensors file",
      Buffer.concat(encodeSafetensors([["x", stack]], { format: "test" })),
      (content) => decodeSafetensors(content, "x"),
    ],
  ])("%s is read or refused", (_, content, decode) => {
    decode(content);
    fc.assert(
      fc.property(damages, (damage) => {
        try {
          decode(damaged(content, damage));
        } catch (error) {
          expectRefusal(error);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([0, 6] as const)("a byte that flips in an .npz entry never goes unseen, at any place (level %i)", (level) => {
    const packed = level === 0 ? stored() : encodeNpz([["x", stack]]);
    const [[, expected]] = decodeNpz(packed, "x.npz");
    for (let at = 0; at < packed.length; at++) {
      const flipped = packed.slice();
      flipped[at] ^= 0x10;
      try {
        const arrays = [...decodeNpz(flipped, "x.npz")];
        // a name, a time or a flag that nobody needs; the values are right
        for (const [, array] of arrays) expect(array).toEqual(expected);
      } catch (error) {
        expectRefusal(error);
      }
    }
  });

  it("says that a stored entry has another CRC-32", () => {
    const packed = Buffer.from(stored());
    packed[packed.indexOf(Buffer.from(bytes.subarray(0, 16)))] ^= 1;
    expect(() => decodeNpz(packed, "x.npz")).toThrow(
      new InputError("x.npz: damaged archive, entry x.npy has another CRC-32 than the archive says"),
    );
  });
});
