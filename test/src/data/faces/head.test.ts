import { describe, expect, it } from "vitest";
import { headOf } from "../../../../src/data/faces/head.ts";

const place = (text: string): number[] => text.split(" ").map(Number);
const ahead = headOf({ turn: 0, nod: 0 });

describe("the head as a solid", () => {
  it("is seen as it is drawn where it looks ahead", () => {
    expect(place(ahead.at(12, 48, 20))).toEqual([62, 48]);
    expect(place(ahead.skin(-12, 48, 3))).toEqual([38, 48]);
    expect(place(ahead.rim(30, 40, -5))).toEqual([80, 40]);
  });

  it("moves what lies in front farther by a turn, and what lies behind the neck against it", () => {
    const turned = headOf({ turn: 10, nod: 0 });
    const shift = (of: (head: typeof ahead) => string) => place(of(turned))[0] - place(of(ahead))[0];
    const nose = shift(({ skin }) => skin(0, 65, 9));
    const mouth = shift(({ skin }) => skin(0, 76));
    const eye = shift(({ skin }) => skin(12.6, 48.5));
    const temple = shift(({ rim }) => rim(29, 45, 2));
    const back = shift(({ rim }) => rim(30, 70, -14));
    expect(nose).toBeGreaterThan(mouth + 1);
    expect(mouth).toBeGreaterThan(eye);
    expect(eye).toBeGreaterThan(temple + 2);
    expect(temple).toBeGreaterThan(0);
    expect(back).toBeLessThan(0);
  });

  it("foreshortens the side that it turns to", () => {
    const { skin } = headOf({ turn: 12, nod: 0 });
    const width = (side: number) => Math.abs(place(skin(side * 19.8, 48.5))[0] - place(skin(side * 5.4, 48.5))[0]);
    expect(width(1)).toBeLessThan(width(-1) - 1);
  });

  it("nods about the ears: the nose goes down, the crown as far as it lies in front of them", () => {
    const nodding = headOf({ turn: 0, nod: 6 });
    const fall = (of: (head: typeof ahead) => string) => place(of(nodding))[1] - place(of(ahead))[1];
    expect(fall(({ skin }) => skin(0, 65, 9))).toBeGreaterThan(fall(({ skin }) => skin(12.6, 48.5)));
    expect(fall(({ skin }) => skin(12.6, 48.5))).toBeGreaterThan(2);
    expect(fall(({ rim }) => rim(30, 70, -14))).toBeLessThan(0);
  });
});
