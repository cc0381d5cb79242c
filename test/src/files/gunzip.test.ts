import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { gunzip, gunzipPieces, joined } from "../../../src/files/gunzip.ts";

const content = Buffer.from("an old saying ".repeat(100_000));
const packed = gzipSync(content);

async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const streamed = (bytes: Uint8Array) => joined(gunzipPieces(pieces(bytes), "x.gz"), "x.gz");

describe.each([
  ["gunzip", async (bytes: Uint8Array) => gunzip(bytes, "x.gz")],
  ["gunzipPieces", streamed],
])("%s", (_, unpack) => {
  it("unpacks, also several members in a row", async () => {
    expect(content.equals(await unpack(packed))).toBe(true);
    expect((await unpack(Buffer.concat([packed, packed]))).length).toBe(2 * content.length);
  });

  it("sees a flipped bit wherever it lies behind the header", async () => {
    for (let at = 10; at < packed.length; at += 97) {
      const damaged = Buffer.from(packed);
      damaged[at] ^= 4;
      await expect(unpack(damaged)).rejects.toThrow(InputError);
    }
    const wrongSum = Buffer.from(packed);
    wrongSum[packed.length - 8] ^= 1;
    await expect(unpack(wrongSum)).rejects.toThrow("x.gz: not a complete gzip file (incorrect data check)");
  });

  it("sees that the end is missing", async () => {
    await expect(unpack(packed.subarray(0, -9))).rejects.toThrow(/^x\.gz: not a complete gzip file \(.*\)$/);
  });
});

describe("a file that unpacks to very much", () => {
  it("is refused before it fills the memory", () => {
    expect(() => gunzip(packed, "x.gz", 1_000_000)).toThrow(
      new InputError("x.gz: unpacks to more than 1 MB; unpack a part of it"),
    );
  });

  it("stops where a limit of the whole is passed", async () => {
    let unpackedBytes = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const piece of gunzipPieces(pieces(packed), "x.gz")) {
        unpackedBytes += piece.length;
        yield piece;
      }
    }
    await expect(joined(counted(), "x.gz", 500_000)).rejects.toThrow(/^x\.gz: its content needs .* of memory/);
    expect(unpackedBytes).toBeLessThan(content.length);
  });

  it("passes on what goes wrong at the source", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield packed.subarray(0, 100);
      throw new InputError("the source");
    }
    await expect(joined(gunzipPieces(failing(), "x.gz"), "x.gz")).rejects.toThrow("the source");
  });
});
