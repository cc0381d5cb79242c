import { resizeArea, type ImageSize } from "../../../src/data/resize.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import type { Random } from "../../../src/tensor/random.ts";
import { textures } from "../textures.ts";

/** Writes one histogram of total one into `field` [h * w], row-major. */
type Draw = (field: Float64Array, size: ImageSize, random: Random) => void;

/** What the histograms of a training pair are drawn from, with the share of each. None of it is a real image. */
const FAMILIES: readonly (readonly [share: number, draw: Draw])[] = [
  [0.55, image],
  [0.1, mixture],
  [0.1, points],
  [0.09, sparse],
  [0.08, noise],
  [0.05, gradient],
  [0.03, pixel],
];

/** Added to every pixel of half of the histograms before normalising: between nothing and what hides an image. */
const DUST = { share: 0.5, least: 1e-7, most: 1e-3 } as const;

/** Random histograms of total one [count, h * w], each of a family drawn by its share. */
export function drawHistograms(count: number, size: ImageSize, random: Random): Float32Array {
  const points = size[0] * size[1];
  const out = new Float32Array(count * points);
  const field = new Float64Array(points);
  for (let row = 0; row < count; row++) {
    field.fill(0);
    familyOf(random.uniform())(field, size, random);
    if (random.uniform() < DUST.share) addDust(field, random);
    out.set(normalised(field), row * points);
  }
  return out;
}

function familyOf(position: number): Draw {
  let rest = position;
  return FAMILIES.find(([share]) => (rest -= share) < 0)?.[1] ?? image;
}

/** A texture or a drawing (`textures.ts`), made square and resized. */
function image(field: Float64Array, [h, w]: ImageSize, random: Random): void {
  const extent = Math.max(h, w);
  const square = ndarray(textures(1, extent, random), [1, extent, extent]);
  field.set(resizeArea(square, [h, w]).data);
}

/** One to five round or long normal densities. */
function mixture(field: Float64Array, [h, w]: ImageSize, random: Random): void {
  const count = 1 + random.integer(5);
  for (let component = 0; component < count; component++) {
    const [row, column] = [random.uniform(), random.uniform()];
    const [along, across] = [0, 1].map(() => 0.02 + 0.25 * random.uniform() ** 2);
    const angle = Math.PI * random.uniform();
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const weight = random.uniform() / (along * across);
    eachPoint([h, w], (point, y, x) => {
      const u = cosine * (y - row) + sine * (x - column);
      const v = cosine * (x - column) - sine * (y - row);
      field[point] += weight * Math.exp(-0.5 * ((u / along) ** 2 + (v / across) ** 2));
    });
  }
}

/** One to ten pixels of random masses. */
function points(field: Float64Array, _: ImageSize, random: Random): void {
  const count = 1 + random.integer(10);
  for (let point = 0; point < count; point++) field[random.integer(field.length)] += random.uniform();
}

/** Counts of words: up to sixty pixels, the k-th with a mass of about 1 / k. */
function sparse(field: Float64Array, _: ImageSize, random: Random): void {
  const count = 5 + random.integer(56);
  for (let rank = 1; rank <= count; rank++) field[random.integer(field.length)] += random.uniform() / rank;
}

function noise(field: Float64Array, _: ImageSize, random: Random): void {
  const power = 3 * random.uniform();
  for (let point = 0; point < field.length; point++) field[point] = random.uniform() ** power;
}

/** Brightness along a random direction. */
function gradient(field: Float64Array, size: ImageSize, random: Random): void {
  const angle = 2 * Math.PI * random.uniform();
  const power = Math.exp(0.5 * random.normal());
  eachPoint(size, (point, y, x) => {
    const along = (Math.cos(angle) * (y - 0.5) + Math.sin(angle) * (x - 0.5)) / Math.SQRT2 + 0.5;
    field[point] = Math.max(along, 0) ** power;
  });
}

function pixel(field: Float64Array, _: ImageSize, random: Random): void {
  field[random.integer(field.length)] = 1;
}

/** Calls body(point, y, x) with pixel centres in the unit square. */
function eachPoint([h, w]: ImageSize, body: (point: number, y: number, x: number) => void): void {
  for (let row = 0; row < h; row++) {
    for (let column = 0; column < w; column++) body(row * w + column, (row + 0.5) / h, (column + 0.5) / w);
  }
}

function addDust(field: Float64Array, random: Random): void {
  const dust = DUST.least * (DUST.most / DUST.least) ** random.uniform();
  const added = dust * field.reduce((total, mass) => total + mass, 0);
  for (let point = 0; point < field.length; point++) field[point] += added;
}

/** Where rounding left nothing, all points alike. */
function normalised(field: Float64Array): Float64Array {
  const total = field.reduce((sum, mass) => sum + mass, 0);
  return total > 0 ? field.map((mass) => mass / total) : field.fill(1 / field.length);
}
