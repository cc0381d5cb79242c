import type { Random } from "../../src/tensor/random.ts";

/** Distance between two stamps of the pen, in pixels. */
const STEP = 0.7;

/** Median pen radius in pixels of a 28-pixel image and its spread on a logarithmic scale. */
const PEN = { median: 1.1, spread: 0.4 } as const;

/**
 * Draws a few curves with a round pen on an empty field [extent, extent], brightness 0 to 1: random walks of the heading,
 * kept inside a random box. A model of line drawings that knows no letter, digit or animal.
 */
export function drawStrokes(field: Float64Array, extent: number, random: Random): void {
  field.fill(0);
  const pen = ((PEN.median * extent) / 28) * Math.exp(PEN.spread * random.normal());
  const reach = extent * (0.12 + 0.36 * Math.sqrt(random.uniform()));
  const centre = [0, 1].map(() => extent / 2 + (extent / 2 - reach) * (2 * random.uniform() - 1));
  const strokes = 1 + Math.floor(12 * random.uniform() ** 1.5);
  for (let stroke = 0; stroke < strokes; stroke++) {
    let x = centre[0] + reach * (2 * random.uniform() - 1);
    let y = centre[1] + reach * (2 * random.uniform() - 1);
    let heading = 2 * Math.PI * random.uniform();
    let turn = 0.15 * random.normal();
    const length = reach * (0.3 + 4 * random.uniform() ** 2);
    for (let travelled = 0; travelled < length; travelled += STEP) {
      stamp(field, extent, x, y, pen);
      turn = 0.95 * turn + 0.04 * random.normal();
      heading += STEP * turn;
      x += STEP * Math.cos(heading);
      y += STEP * Math.sin(heading);
      // Past the box the pen turns back towards its centre.
      if (Math.abs(x - centre[0]) > reach || Math.abs(y - centre[1]) > reach) {
        heading = Math.atan2(centre[1] - y, centre[0] - x) + 0.8 * random.normal();
      }
    }
  }
}

/** A disc with an edge one pixel wide; overlapping stamps do not add up. */
function stamp(field: Float64Array, extent: number, x: number, y: number, radius: number): void {
  const rim = radius + 0.5;
  const last = extent - 1;
  for (let row = Math.max(0, Math.ceil(y - rim)); row <= Math.min(last, Math.floor(y + rim)); row++) {
    for (let column = Math.max(0, Math.ceil(x - rim)); column <= Math.min(last, Math.floor(x + rim)); column++) {
      const inside = Math.min(1, rim - Math.sqrt((column - x) ** 2 + (row - y) ** 2));
      const point = row * extent + column;
      if (inside > field[point]) field[point] = inside;
    }
  }
}
