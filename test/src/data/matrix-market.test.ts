import { describe, expect, it } from "vitest";
import { parseMatrixMarket } from "../../../src/data/matrix-market.ts";
import { InputError } from "../../../src/errors.ts";

const banner = (kind: string): string => `%%MatrixMarket matrix ${kind}\n% a comment\n`;

const read = (text: string, options = {}) => parseMatrixMarket([Buffer.from(text)], "m.mtx", options);

describe("parseMatrixMarket", () => {
  it.each<[string, string, number[], number[]]>([
    ["coordinate real general", "2 3 3\n1 1 1.5\n\n2 3 -2e1\n2 3 1\n", [2, 3], [1.5, 0, 0, 0, 0, -19]],
    ["coordinate integer symmetric", "2 2 2\n1 1 4\n2 1 7\n", [2, 2], [4, 7, 7, 0]],
    ["coordinate real skew-symmetric", "2 2 1\n2 1 7\n", [2, 2], [0, -7, 7, 0]],
    ["coordinate pattern general", "2 2 2\n1 2\n2 1\n", [2, 2], [0, 1, 1, 0]],
    ["array real general", "2 3\n1\n2\n3\n4\n5\n6\n", [2, 3], [1, 3, 5, 2, 4, 6]],
    ["array real symmetric", "3 3\n1\n2\n3\n4\n5\n6\n", [3, 3], [1, 2, 3, 2, 4, 5, 3, 5, 6]],
    ["array real skew-symmetric", "3 3\n1\n2\n3\n", [3, 3], [0, -1, -2, 1, 0, -3, 2, 3, 0]],
    ["coordinate real general", "0 3 0\n", [0, 3], []],
  ])("reads %s", async (kind, text, shape, values) => {
    const matrix = await read(banner(kind) + text);
    expect(matrix.shape).toEqual(shape);
    expect(matrix.data).toBeAllclose(values, { relative: 0, absolute: 0 });
  });

  it.each([
    ["another file", "1,2\n3,4\n", /not a MatrixMarket file/],
    ["nothing", "", /not a MatrixMarket file/],
    ["complex values", banner("coordinate complex general"), /kind "coordinate complex general" is not supported/],
    ["a hermitian matrix", banner("array real hermitian"), /is not supported/],
    ["no size", banner("coordinate real general"), /malformed MatrixMarket size line/],
    ["a size with a sign", `${banner("array real general")}-2 2\n`, /malformed MatrixMarket size line "-2 2"/],
    [
      "a huge size",
      `${banner("coordinate real general")}999999 999999 1\n1 1 1\n`,
      /a dense matrix of 999999 x 999999 needs 8 TB of memory, at most/,
    ],
    ["a symmetric rectangle", `${banner("array real symmetric")}2 3\n`, /must be square/],
    ["row 0", `${banner("coordinate real general")}2 2 1\n0 1 5\n`, /line 4: expected row column value within 2 x 2/],
    ["row 3 of 2", `${banner("coordinate real general")}2 2 1\n3 1 5\n`, /line 4: .* got "3 1 5"/],
    ["a missing value", `${banner("coordinate real general")}2 2 1\n1 1\n`, /line 4/],
    ["a word", `${banner("array real general")}1 2\n1\nx\n`, /line 5: expected a number, got "x"/],
    ["NaN", `${banner("coordinate real general")}1 1 1\n1 1 nan\n`, /line 4/],
    ["too few entries", `${banner("coordinate real general")}2 2 2\n1 1 5\n`, /expected 2 entries .*, got 1/],
    ["too many entries", `${banner("array real general")}1 1\n1\n2\n`, /expected 1 entries .*, got 2/],
  ])("refuses %s", async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(InputError);
    await expect(read(text)).rejects.toThrow(message);
  });

  it("reads transposed", async () => {
    const text = `${banner("coordinate real general")}2 3 2\n1 3 7\n2 1 5\n`;
    expect(await read(text, { transposed: true })).toEqual({ shape: [3, 2], data: Float64Array.of(0, 5, 0, 0, 7, 0) });
    const mirrored = `${banner("array real skew-symmetric")}2 2\n7\n`;
    expect(await read(mirrored, { transposed: true })).toEqual({ shape: [2, 2], data: Float64Array.of(0, 7, -7, 0) });
  });

  it("reads more bytes than a string can hold, in pieces", async () => {
    const entries = 200;
    const comment = Buffer.from(`%${" ".repeat(4_000_000)}\n`);
    async function* large(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(banner("coordinate integer general"));
      for (let at = 0; at < 140; at++) yield comment; // 560 MB; a string ends at 512
      yield Buffer.from(`1 1 ${entries}\n`);
      yield Buffer.from("1 1 2\n".repeat(entries));
    }
    expect(await parseMatrixMarket(large(), "m.mtx")).toEqual({ shape: [1, 1], data: Float64Array.of(2 * entries) });
  });

  it("reads lines that pieces cut anywhere", async () => {
    const text = Buffer.from(`${banner("coordinate real general")}2 2 2\r\n1 2 1.5\r\n2 1 -2e1`);
    for (let size = 1; size < 30; size++) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
        text.subarray(at * size, (at + 1) * size),
      );
      expect((await parseMatrixMarket(pieces, "m.mtx")).data).toEqual(Float64Array.of(0, 1.5, -20, 0));
    }
  });
});
