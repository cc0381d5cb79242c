import { describe, expect, it } from "vitest";
import { parseDelimited } from "../../../src/data/delimited.ts";
import { InputError } from "../../../src/errors.ts";

const values = { shape: [2, 2], data: Float64Array.of(1, 2.5, -3e2, 0.04) };

describe("parseDelimited", () => {
  it.each<[string, string, object]>([
    ["plain numbers", "1,2.5\n-3e2,.04\n", { values }],
    ["Windows lines, a byte order mark, blanks, empty lines", "\ufeff1, 2.5\r\n\r\n-300 ,0.04\r\n", { values }],
    ["a header", "a,b\n1,2.5\n-300,0.04", { values, columnNames: ["a", "b"] }],
    ["row names", "x,1,2.5\ny,-300,0.04", { values, rowNames: ["x", "y"] }],
    ["both", "cell,a,b\nx,1,2.5\ny,-300,0.04", { values, rowNames: ["x", "y"], columnNames: ["a", "b"] }],
    [
      "quoted names",
      '"","a,1","b"\n"x",1,2.5\n"y",-300,0.04',
      { values, rowNames: ["x", "y"], columnNames: ["a,1", "b"] },
    ],
    [
      "the default index of pandas",
      ",0,1\n0,1,2.5\n1,-300,0.04",
      { values, rowNames: ["0", "1"], columnNames: ["0", "1"] },
    ],
    ["no corner, as R writes", "a,b\n7,1,2.5\n8,-300,0.04", { values, rowNames: ["7", "8"], columnNames: ["a", "b"] }],
  ])("finds %s", (_, text, expected) => {
    expect(parseDelimited(text, ",", "t.csv")).toEqual(expected);
  });

  it("reads tabs and blanks", () => {
    expect(parseDelimited("1\t2.5\n-300\t0.04\n", "\t", "t.tsv")).toEqual({ values });
    expect(parseDelimited("# made by hand\n 1   2.5 \n-300\t0.04 # end\n", "whitespace", "t.txt")).toEqual({ values });
  });

  it("reads one column with a header", () => {
    const read = parseDelimited("count\n1\n2\n", ",", "t.csv");
    expect(read).toEqual({ values: { shape: [2, 1], data: Float64Array.of(1, 2) }, columnNames: ["count"] });
  });

  it.each([
    ["a word", "a,b\n1,2\n3,x\n", 't.csv: row 3, column 2: expected a number, got "x"'],
    ["a word in the first row", "1,x,3\n4,5,6\n", 't.csv: row 1, column 2: expected a number, got "x"'],
    ["a missing cell", "1,2\n3,\n", 't.csv: row 2, column 2: expected a number, got ""'],
    ["a missing first cell", ",2,3\n4,5,6\n", 't.csv: row 1, column 1: expected a number, got ""'],
    ["a missing value", "x,1,NA\ny,2,3\n", 't.csv: row 1, column 3: expected a number, got "NA"'],
    ["infinity", "1,2\n3,Infinity\n", 't.csv: row 2, column 2: expected a number, got "Infinity"'],
    ["overflow", "1,2\n3,1e999\n", 't.csv: row 2, column 2: expected a number, got "1e999"'],
    ["a hexadecimal number", "1,2\n3,0x10\n", 't.csv: row 2, column 2: expected a number, got "0x10"'],
    ["a short row", "1,2\n3,4\n5\n", "t.csv: row 3 has 1 cells, the rows before have 2"],
    ["a short first row", "1,2\n3,4,5\n", "t.csv: row 2 has 3 cells, the rows before have 2"],
    ["a short header", "a,b,c\n1,2,3,4,5\n", "t.csv: the header names 3 columns, the rows have 5"],
    ["a header alone", "a,b\n", "t.csv: no numbers below the header"],
    ["nothing", "\n", "t.csv: empty, expected a table of numbers"],
  ])("refuses %s", (_, text, message) => {
    expect(() => parseDelimited(text, ",", "t.csv")).toThrow(new InputError(message));
  });

  it("refuses an open quote in one line", () => {
    expect(() => parseDelimited('1,"2\n3,4', ",", "t.csv")).toThrow(/^t.csv: malformed table \(.*\)$/);
  });
});
