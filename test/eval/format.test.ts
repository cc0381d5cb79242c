import { expect, it } from "vitest";
import { formatDecibels, formatNumber, jsonNumber } from "../../eval/format.ts";

it.each([
  [0, "0"],
  [25, "25"],
  [-3, "-3"],
  [1234567, "1234567"],
  [33.8149, "33.81"],
  [33.5, "33.5"],
  [0.04481, "0.04481"],
  [0.1 + 0.2, "0.3"],
  [12345.6, "12346"],
  [1e-9, "1e-9"],
  [1.71e-5, "1.71e-5"],
  [-2.5e-7, "-2.5e-7"],
  [1234567.8, "1.235e6"],
  [1e21, "1e21"],
  [Infinity, "∞"],
  [NaN, "NaN"],
])("writes %s as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

it("writes decibels, of exact images too", () => {
  expect(formatDecibels(33.8149, 2)).toBe("33.81 dB");
  expect(formatDecibels(Infinity, 2)).toBe("∞ dB");
});

it("gives JSON an infinite number as text", () => {
  expect(JSON.stringify([33.5, Infinity].map(jsonNumber))).toBe('[33.5,"Infinity"]');
});
