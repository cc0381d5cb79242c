import { describe, expect, it } from "vitest";
import { parseDelimited, type DelimitedOptions, type Delimiter } from "../../../src/data/delimited.ts";
import { InputError } from "../../../src/errors.ts";

async function* bytesOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
/** Text in pieces of any size reads the same. */
const read = (text: string, delimiter: Delimiter, options: DelimitedOptions & { size?: number } = {}) =>
  parseDelimited(bytesOf(text, options.size ?? 1e6), delimiter, `t${delimiter === "," ? ".csv" : ".txt"}`, options);

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
    [
      "numbers of columns that R and others count from 1",
      ",1,2\n7,1,2.5\n9,-300,0.04",
      { values, rowNames: ["7", "9"], columnNames: ["1", "2"] },
    ],
    [
      "any numbers of columns over row names",
      ",2019,2030\nx,1,2.5\ny,-300,0.04",
      { values, rowNames: ["x", "y"], columnNames: ["2019", "2030"] },
    ],
    [
      "any numbers of columns over an index",
      ",2019,2030\n0,1,2.5\n1,-300,0.04",
      { values, rowNames: ["0", "1"], columnNames: ["2019", "2030"] },
    ],
    ["numbers in quotes, as R writes names", '"3","1"\n1,2.5\n-300,0.04', { values, columnNames: ["3", "1"] }],
    [
      "numbers in quotes behind a name",
      '"g","1","2"\n"x",1,2.5\n"y",-300,0.04',
      { values, rowNames: ["x", "y"], columnNames: ["1", "2"] },
    ],
    [
      "numbers in quotes without a corner",
      '"3","1"\n"1",1,2.5\n"2",-300,0.04',
      { values, rowNames: ["1", "2"], columnNames: ["3", "1"] },
    ],
    [
      "names among which one is NA",
      "g,NA,b\nx,1,2.5\nNA,-300,0.04",
      { values, rowNames: ["x", "NA"], columnNames: ["NA", "b"] },
    ],
    ["a comment above, as NumPy writes", "# a,b\n1,2.5\n-300,0.04", { values, columnNames: ["a", "b"] }],
    [
      "the comments of biom tables",
      "# made from biom\n#OTU ID,s1,s2\nx,1,2.5\ny,-300,0.04",
      { values, rowNames: ["x", "y"], columnNames: ["s1", "s2"] },
    ],
    ["a comment that is no header", "# it's \"open, and so on, so on\n1,2.5\n-300,0.04", { values }],
    [
      "row names that begin as comments do, below the first row",
      "g,a,b\nx,1,2.5\n#y,-300,0.04",
      { values, rowNames: ["x", "#y"], columnNames: ["a", "b"] },
    ],
    [
      "an index without a corner that counts on",
      "0,1,2\n3,4,5",
      { values: { shape: [2, 3], data: Float64Array.of(0, 1, 2, 3, 4, 5) } },
    ],
  ])("finds %s", async (_, text, expected) => {
    expect(await read(text, ",")).toEqual(expected);
    expect(await read(text.replaceAll("\n", "\r\n"), ",")).toEqual(expected);
  });

  it("does not take a first sample with missing values for a header", async () => {
    await expect(read("5,NA,NA\n1,2,3\n", ",")).rejects.toThrow('t.csv: row 1, column 2: expected a number, got "NA"');
    await expect(read("NaN\n1\n2\n", ",")).rejects.toThrow('t.csv: row 1, column 1: expected a number, got "NaN"');
    await expect(read("5,,\n1,2,3\n", ",")).rejects.toThrow('t.csv: row 1, column 2: expected a number, got ""');
    await expect(read("5,inf,-inf\n1,2,3\n", ",")).rejects.toThrow(
      't.csv: row 1, column 2: expected a number, got "inf"',
    );
  });

  it.each([
    [
      "a first value is missing",
      ",2,3\n4,5,6\n",
      "(, 2, 3) may be a header of numbers or not (a first value is missing)",
    ],
    [
      "a first row has a name and increases",
      "cell,10,20\nx,1,2\n",
      "(cell, 10, 20) may be a header of numbers or not (a row named cell)",
    ],
    [
      "pandas left its index out",
      "0,1,2,3,4\n9,6,7,8,1\n",
      "(0, 1, 2, 3, ...) may be a header of numbers or not (a row of values)",
    ],
  ])("asks where %s, and takes an answer", async (_, text, message) => {
    await expect(read(text, ",")).rejects.toThrow(`t.csv: the first row ${message}; write a header`);
    const rows = text.trim().split("\n").length;
    expect((await read(text, ",", { header: true })).values.shape[0]).toBe(rows - 1);
    if (!text.startsWith(",")) expect((await read(text, ",", { header: false })).values.shape[0]).toBe(rows);
  });

  it("reads pieces that cut rows, numbers and characters anywhere", async () => {
    const text = "\ufeff# für alle\ncell,ä,b\nx,1,2.5\nÿ,-300,0.04\n";
    const expected = { values, rowNames: ["x", "ÿ"], columnNames: ["ä", "b"] };
    expect(await read(text, ",")).toEqual(expected);
    const header = text.indexOf("cell") + 4; // comments must lie in the first piece
    for (let size = header; size < 40; size++) expect(await read(text, ",", { size })).toEqual(expected);
    for (let size = 1; size < 9; size++)
      expect(await read("g,ä,b\nx,1,2.5\nÿ,-300,0.04", ",", { size })).toMatchObject({ values });
  });

  it("makes room for many rows", async () => {
    const { values: many } = await read(
      Array.from({ length: 1000 }, (_, row) => `r${row},${row},${-row}\n`).join(""),
      ",",
    );
    expect(many.shape).toEqual([1000, 2]);
    expect([...many.data.subarray(1996)]).toEqual([998, -998, 999, -999]);
  });

  it("reads tabs and blanks", async () => {
    expect(await read("1\t2.5\n-300\t0.04\n", "\t")).toEqual({ values });
    expect(await read("# made by hand\n 1   2.5 \n-300\t0.04 # end\n", "whitespace")).toEqual({ values });
    expect(await read("# a b\n1 2.5\n-300 0.04\n", "whitespace")).toEqual({ values, columnNames: ["a", "b"] });
  });

  it("reads what R's write.table writes", async () => {
    const expected = { values, rowNames: ["x 1", 'y "2"'], columnNames: ["a", "b"] };
    expect(await read('"a" "b"\n"x 1" 1 2.5\n"y \\"2\\"" -300 0.04\n', "whitespace")).toEqual(expected);
    const numbers = { values, rowNames: ["1", "2"], columnNames: ["7", "5"] };
    expect(await read('"7" "5"\n"1" 1 2.5\n"2" -300 0.04\n', "whitespace")).toEqual(numbers);
  });

  it("reads one column with a header", async () => {
    const one = { values: { shape: [2, 1], data: Float64Array.of(1, 2) }, columnNames: ["count"] };
    expect(await read("count\n1\n2\n", ",")).toEqual(one);
  });

  it.each([
    ["a word", "a,b\n1,2\n3,x\n", 't.csv: row 3, column 2: expected a number, got "x"'],
    ["a word in the first row", "1,x,3\n4,5,6\n", 't.csv: row 1, column 2: expected a number, got "x"'],
    ["a missing cell", "1,2\n3,\n", 't.csv: row 2, column 2: expected a number, got ""'],
    ["a missing value", "x,1,NA\ny,2,3\n", 't.csv: row 1, column 3: expected a number, got "NA"'],
    ["infinity", "1,2\n3,Infinity\n", 't.csv: row 2, column 2: expected a number, got "Infinity"'],
    ["overflow", "1,2\n3,1e999\n", 't.csv: row 2, column 2: expected a number, got "1e999"'],
    ["a hexadecimal number", "1,2\n3,0x10\n", 't.csv: row 2, column 2: expected a number, got "0x10"'],
    ["a short row", "1,2\n3,4\n5\n", "t.csv: row 3 has 1 cells, the rows before have 2"],
    ["a short first row", "1,2\n3,4,5\n", "t.csv: row 2 has 3 cells, the rows before have 2"],
    ["a short header", "a,b,c\n1,2,3,4,5\n", "t.csv: the header names 3 columns, the rows have 5"],
    ["a header alone", "a,b\n", "t.csv: no numbers below the header"],
    ["nothing", "\n", "t.csv: empty, expected a table of numbers"],
  ])("refuses %s", async (_, text, message) => {
    await expect(read(text, ",")).rejects.toThrow(new InputError(message));
  });

  it("refuses an open quote in one line", async () => {
    await expect(read('1,"2\n3,4', ",")).rejects.toThrow(/^t.csv: malformed table \(.*\)$/);
  });
});
