import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawFace } from "../../../../src/data/faces/drawing.ts";
import { AT_REST, poseBetween, poseOf, type FacePose } from "../../../../src/data/faces/pose.ts";

const SIDE = 200;
/** Eyes, brows and lips are brighter than this, outlines are not. */
const BRIGHT = 200;
const STILL = { turn: 0, nod: 0, open: 0, smile: 0 };

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Bright chalk in a rectangle given in hundredths of the picture: how much, and the rows and columns where it lies. */
async function chalk(pose: FacePose, [left, top, right, bottom]: Box) {
  const pixels = await sharp(Buffer.from(drawFace(pose, SIDE, SIDE)))
    .toColourspace("b-w")
    .raw()
    .toBuffer();
  const found = { mass: 0, rows: [] as number[], columns: [] as number[] };
  for (let y = 2 * top; y < 2 * bottom; y++) {
    for (let x = 2 * left; x < 2 * right; x++) {
      if (pixels[y * SIDE + x] < BRIGHT) continue;
      found.mass++;
      found.rows.push(y / 2);
      found.columns.push(x / 2);
    }
  }
  return found;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const MOUTH: Box = [36, 64, 64, 81];
const EYES: Box = [26, 38, 74, 52];
const BROWS: Box = [26, 24, 74, 38];

describe("a drawn face", () => {
  it("opens its mouth: the lips part, the brows rise", async () => {
    const [closed, open] = [poseOf(STILL), poseOf({ ...STILL, open: 1 })];
    const height = async (pose: FacePose) => {
      const { rows } = await chalk(pose, MOUTH);
      return Math.max(...rows) - Math.min(...rows);
    };
    expect(await height(open)).toBeGreaterThan((await height(closed)) + 5);
    expect(mean((await chalk(open, BROWS)).rows)).toBeLessThan(mean((await chalk(closed, BROWS)).rows) - 2);
  });

  it("smiles: the corners of the mouth go up and apart; downcast they go down", async () => {
    const corners = async (smile: number) => {
      const { columns, rows } = await chalk(poseOf({ ...STILL, smile }), MOUTH);
      const [left, right] = [Math.min(...columns), Math.max(...columns)];
      const ends = rows.filter((_, i) => columns[i] < left + 1.5 || columns[i] > right - 1.5);
      const middle = rows.filter((_, i) => Math.abs(columns[i] - (left + right) / 2) < 1.5);
      return { width: right - left, lift: mean(middle) - mean(ends) };
    };
    const [down, still, up] = [await corners(-1), await corners(0), await corners(1)];
    expect(up.width).toBeGreaterThan(still.width + 4);
    expect(up.lift).toBeGreaterThan(still.lift + 2);
    expect(down.lift).toBeLessThan(still.lift - 2);
  });

  it("shuts its eyes and moves them", async () => {
    const open = await chalk(AT_REST, EYES);
    expect((await chalk({ ...AT_REST, eyeOpen: 0 }, EYES)).mass).toBeLessThan(0.6 * open.mass);
    const right = await chalk({ ...AT_REST, gazeX: 2.5 }, EYES);
    expect(mean(right.columns)).toBeGreaterThan(mean(open.columns) + 0.3);
  });

  it("has as much chalk in its mouth whether it is open or closed, up to a third", async () => {
    const [closed, open] = [await chalk(poseOf(STILL), MOUTH), await chalk(poseOf({ ...STILL, open: 1 }), MOUTH)];
    expect(Math.abs(open.mass - closed.mass)).toBeLessThan(closed.mass / 3);
  });

  it("is halfway between two poses in every part", () => {
    const [from, to] = [
      poseOf({ turn: -10, nod: 2, open: 0, smile: 1 }),
      poseOf({ turn: 6, nod: -4, open: 1, smile: 1 }),
    ];
    expect(poseBetween(from, to, 0.5)).toMatchObject({ turn: -2, nod: -1, chin: 1.5 });
  });
});
