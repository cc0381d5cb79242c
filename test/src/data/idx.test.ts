import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeIdx } from "../../../src/data/idx.ts";
import { InputError } from "../../../src/errors.ts";

const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 6);

describe("decodeIdx", () => {
  it("reads images and labels", () => {
    expect(decodeIdx(gzipSync(images), "x.gz")).toEqual({ shape: [2, 1, 2], data: Uint8Array.of(9, 8, 7, 6) });
    const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 4);
    expect(decodeIdx(gzipSync(labels), "x.gz")).toEqual({ shape: [2], data: Uint8Array.of(3, 4) });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["no archive", images, /not a complete gzip file/],
    ["a truncated archive", gzipSync(images).subarray(0, 20), /not a complete gzip file/],
    ["nothing inside", gzipSync(new Uint8Array()), /not an IDX file/],
    ["another element type", gzipSync(images.with(2, 13)), /not an IDX file of unsigned bytes/],
    ["a truncated header", gzipSync(images.subarray(0, 10)), /not an IDX file/],
    ["missing data", gzipSync(images.subarray(0, 19)), /shape \[2, 1, 2\] needs 4 bytes of data, the file has 3/],
    [
      "no values of a huge extent",
      gzipSync(images.with(4, 255).with(11, 0).subarray(0, 16)),
      /no values \(shape \[\d+, 0, 2\]\)/,
    ],
    ["a huge shape", gzipSync(images.with(4, 255)), /needs \d+ bytes of data, the file has 4/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeIdx(bytes, "x.gz")).toThrow(InputError);
    expect(() => decodeIdx(bytes, "x.gz")).toThrow(message);
  });
});
