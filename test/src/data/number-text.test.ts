import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNumber, numberAt } from "../../../src/data/number-text.ts";

const parsed = (text: string): number => {
  const bytes = Buffer.from(`  ${text}  `);
  return numberAt(bytes, 2, bytes.length - 2);
};

describe("numberAt", () => {
  it.each([
    "0",
    "-0",
    "+7",
    "1.5",
    ".5",
    "5.",
    "9007199254740993",
    "0.1",
    "123456.789",
    "1e300",
    "-2.5E-7",
    "1e-400",
    "0.30000000000000004",
    "1.00000000000000000000000001",
  ])("reads %s as JavaScript does", (text) => expect(parsed(text)).toBe(Number(text)));

  it.each(["", "-", "+", ".", "1.2.3", "0x10", "nan", "Infinity", "1e", "1e999", "1,5", "1 2", "--1"])(
    "refuses %j",
    (text) => {
      expect(parsed(text)).toBeNaN();
      expect(isNumber(text)).toBe(false);
    },
  );

  it("rounds every number correctly", () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => parsed(String(x)) === x));
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 19n }), fc.nat(25), (digits, decimals) => {
        const text = digits.toString().padStart(decimals + 1, "0");
        const decimal = `${text.slice(0, text.length - decimals)}.${text.slice(text.length - decimals)}`;
        return parsed(decimal) === Number(decimal);
      }),
    );
  });
});
