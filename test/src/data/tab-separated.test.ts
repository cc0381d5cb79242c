import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeTsv } from "../../../src/data/tab-separated.ts";

const read = (text: string): string[][] => parse(text, { delimiter: "\t", trim: true });

describe("encodeTsv", () => {
  it("quotes a cell with a tab, a newline or a quote, and no other", () => {
    const rows = [
      ["a\tb", 1.5],
      ["two\nlines", 'a "quote"'],
      ["plain text", " blank"],
    ];
    expect(encodeTsv(rows)).toBe('"a\tb"\t1.5\n"two\nlines"\t"a ""quote"""\nplain text\t" blank"\n');
  });

  it("comes back as it was, whatever the text", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "\t", "\n", "\r", '"', " ", "#", "ä", ",") });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, fc.constant("end")), { minLength: 1 }), (rows) => {
        expect(read(encodeTsv(rows))).toEqual(rows);
      }),
    );
  });
});
