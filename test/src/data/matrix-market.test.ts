import { describe, expect, it } from "vitest";
import { parseMatrixMarket } from "../../../src/data/matrix-market.ts";
import { InputError } from "../../../src/errors.ts";

const banner = (kind: string): string => `%%MatrixMarket matrix ${kind}\n% a comment\n`;

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
  ])("reads %s", (kind, text, shape, values) => {
    const read = parseMatrixMarket(banner(kind) + text, "m.mtx");
    expect(read.shape).toEqual(shape);
    expect(read.data).toBeAllclose(values, { relative: 0, absolute: 0 });
  });

  it.each([
    ["another file", "1,2\n3,4\n", /not a MatrixMarket file/],
    ["nothing", "", /not a MatrixMarket file/],
    ["complex values", banner("coordinate complex general"), /kind "coordinate complex general" is not supported/],
    ["a hermitian matrix", banner("array real hermitian"), /is not supported/],
    ["no size", banner("coordinate real general"), /malformed MatrixMarket size line/],
    ["a size with a sign", `${banner("array real general")}-2 2\n`, /malformed MatrixMarket size line "-2 2"/],
    ["a huge size", `${banner("coordinate real general")}999999 999999 1\n1 1 1\n`, /too large to be held/],
    ["a symmetric rectangle", `${banner("array real symmetric")}2 3\n`, /must be square/],
    ["row 0", `${banner("coordinate real general")}2 2 1\n0 1 5\n`, /line 4: expected row column value within 2 x 2/],
    ["row 3 of 2", `${banner("coordinate real general")}2 2 1\n3 1 5\n`, /line 4: .* got "3 1 5"/],
    ["a missing value", `${banner("coordinate real general")}2 2 1\n1 1\n`, /line 4/],
    ["a word", `${banner("array real general")}1 2\n1\nx\n`, /line 5: expected a number, got "x"/],
    ["NaN", `${banner("coordinate real general")}1 1 1\n1 1 nan\n`, /line 4/],
    ["too few entries", `${banner("coordinate real general")}2 2 2\n1 1 5\n`, /expected 2 entries .*, got 1/],
    ["too many entries", `${banner("array real general")}1 1\n1\n2\n`, /expected 1 entries .*, got 2/],
  ])("refuses %s", (_, text, message) => {
    expect(() => parseMatrixMarket(text, "m.mtx")).toThrow(InputError);
    expect(() => parseMatrixMarket(text, "m.mtx")).toThrow(message);
  });
});
