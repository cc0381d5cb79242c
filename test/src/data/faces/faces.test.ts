import { describe, expect, it } from "vitest";
import { faces } from "../../../../src/data/faces/faces.ts";
import { InputError } from "../../../../src/errors.ts";

const SIDE = 64;
const images = await faces.load({ size: String(SIDE) });

function image(index: number): Float64Array {
  return images.values.data.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE);
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** The pixels of a rectangle given in hundredths of the picture, as [row, gray value]. */
function inside(index: number, [left, top, right, bottom]: Box): [number, number][] {
  const cut = (place: number): number => Math.round((place / 100) * SIDE);
  const pixels: [number, number][] = [];
  for (let y = cut(top); y < cut(bottom); y++) {
    for (let x = cut(left); x < cut(right); x++) pixels.push([y, image(index)[y * SIDE + x]]);
  }
  return pixels;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const tones = (index: number, box: Box): number[] => inside(index, box).map(([, tone]) => tone);

/** The height in the picture at which a rectangle is dark, 0 at the top. */
function darkRow(index: number, box: Box): number {
  const weighed = inside(index, box).map(([row, tone]) => [row, Math.max(0, 180 - tone)]);
  return mean(weighed.map(([row, weight]) => row * weight)) / mean(weighed.map(([, weight]) => weight));
}

describe("faces", () => {
  it("has 5 expressions x 4 takes of whole gray values that use the range", () => {
    expect(images.values.shape).toEqual([20, SIDE, SIDE]);
    expect(images.names.slice(0, 5)).toEqual(["neutral 1", "neutral 2", "neutral 3", "neutral 4", "happy 1"]);
    expect([...new Set(images.labels)]).toEqual(["neutral", "happy", "sad", "surprised", "angry"]);
    const { data } = images.values;
    expect(data.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
    expect(Math.min(...data)).toBeLessThan(90);
    expect(Math.max(...data)).toBeGreaterThan(245);
  });

  it("shows bright skin, gray hair and dark eyes", () => {
    for (let index = 0; index < 20; index++) {
      const skin = mean(tones(index, [33, 52, 40, 58]));
      const hair = mean(tones(index, [19, 36, 23, 60]));
      const eyes = Math.min(...tones(index, [32, 38, 68, 50]));
      expect(skin).toBeGreaterThan(hair + 80);
      expect(hair).toBeGreaterThan(eyes + 20);
    }
  });

  it("moves the brows and the mouth with the expression", () => {
    const of = (label: string, measure: (index: number) => number): number =>
      mean(images.labels!.flatMap((each, index) => (each === label ? [measure(index)] : [])));
    const brows = (index: number): number => darkRow(index, [40, 22, 60, 42]);
    expect(of("surprised", brows)).toBeLessThan(of("neutral", brows) - 0.5);
    expect(of("angry", brows)).toBeGreaterThan(of("neutral", brows) + 0.5);
    const cornersBelowMiddle = (index: number): number => {
      const corners = (darkRow(index, [38, 62, 43, 78]) + darkRow(index, [57, 62, 62, 78])) / 2;
      return corners - darkRow(index, [47, 62, 53, 78]);
    };
    expect(of("happy", cornersBelowMiddle)).toBeLessThan(-0.5);
    expect(of("sad", cornersBelowMiddle)).toBeGreaterThan(0.5);
  });

  it("draws the takes of an expression closer to each other than to other expressions", () => {
    const within: number[] = [];
    const between: number[] = [];
    for (let one = 0; one < 20; one++) {
      for (let two = 0; two < one; two++) {
        const distance = Math.hypot(...image(one).map((value, pixel) => value - image(two)[pixel]));
        (images.labels![one] === images.labels![two] ? within : between).push(distance);
      }
    }
    expect(Math.min(...within)).toBeGreaterThan(0);
    expect(mean(within)).toBeLessThan(0.8 * mean(between));
  });

  it("depends on the seed alone", async () => {
    const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => faces.load({ size: "16", seed })));
    expect(again).toEqual(first);
    expect(other.values.data).not.toEqual(first.values.data);
  });

  it("fills a frame that is not square, and refuses one that is huge", async () => {
    expect((await faces.load({ size: "34x30" })).values.shape).toEqual([20, 30, 34]);
    await expect(faces.load({ size: "5000" })).rejects.toThrow(InputError);
  });
});
