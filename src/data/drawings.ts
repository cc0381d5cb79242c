import { sharp } from "#platform/images";
import { allocate } from "../files/memory.ts";
import { ndarray } from "../tensor/ndarray.ts";
import { Random } from "../tensor/random.ts";
import type { ImageDataset } from "./dataset.ts";
import type { DatasetEntry, DatasetOptions } from "./entry.ts";
import { parseSize } from "./resize.ts";

const SIDE = 28;
/** Images of each kind. */
const COUNT = 50;
/** Pictures are drawn on a square of this side, whatever their size in pixels. */
const CANVAS = 100;

/**
 * Line drawings (few bright pixels) and shaded scenes (mass everywhere): the two extremes of what images are to optimal
 * transport, for evaluating without a download.
 */
export const drawings: DatasetEntry = {
  description: "50 line drawings and 50 shaded scenes, 28x28 gray; generated, needs no download",
  load: generateDrawings,
};

async function generateDrawings({ seed = 0, size }: DatasetOptions): Promise<ImageDataset> {
  const [height, width] = size === undefined ? [SIDE, SIDE] : parseSize(size);
  const random = Random.fromSeed(seed);
  const kinds = { line: lineDrawing, scene: shadedScene };
  const drawn = Object.entries(kinds).flatMap(([kind, draw]) =>
    Array.from({ length: COUNT }, (_, index) => ({ name: `${kind} ${index + 1}`, kind, svg: draw(random) })),
  );
  const what = `${drawn.length} images of ${width} x ${height}`;
  const values = allocate(Float64Array, drawn.length * height * width, "size", what);
  for (const [index, { svg }] of drawn.entries()) {
    const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${CANVAS} ${CANVAS}" preserveAspectRatio="none">${svg}</svg>`;
    const pixels = await sharp(Buffer.from(picture)).flatten({ background: "black" }).grayscale().raw().toBuffer();
    values.set(pixels, index * height * width);
  }
  return {
    kind: "images",
    name: "drawings",
    values: ndarray(values, [drawn.length, height, width]),
    names: drawn.map(({ name }) => name),
    labels: drawn.map(({ kind }) => kind),
  };
}

type Point = readonly [x: number, y: number];

/** Figures of straight lines, arcs and circles, white on black. */
function lineDrawing(random: Random): string {
  const width = 5 + 4 * random.uniform();
  const at = (): Point => [15 + 70 * random.uniform(), 15 + 70 * random.uniform()];
  const figures = Array.from({ length: 2 + random.integer(3) }, () => {
    const kind = random.integer(3);
    const [[x, y], [x2, y2], [x3, y3]] = [at(), at(), at()];
    if (kind === 0) return `<polyline points="${x},${y} ${x2},${y2} ${x3},${y3}"/>`;
    if (kind === 1) return `<path d="M${x},${y} Q${x2},${y2} ${x3},${y3}"/>`;
    return `<ellipse cx="${x}" cy="${y}" rx="${6 + 20 * random.uniform()}" ry="${6 + 20 * random.uniform()}"/>`;
  });
  return `<g fill="none" stroke="white" stroke-width="${width}" stroke-linecap="round">${figures.join("")}</g>`;
}

/** A ground with a gradient and a few filled figures with gradients on it. */
function shadedScene(random: Random): string {
  const gray = (): string => {
    const level = 30 + random.integer(220);
    return `rgb(${level},${level},${level})`;
  };
  const gradient = (id: string): string =>
    `<linearGradient id="${id}" gradientTransform="rotate(${random.integer(360)} 0.5 0.5)">` +
    `<stop stop-color="${gray()}"/><stop offset="1" stop-color="${gray()}"/></linearGradient>`;
  const figures = Array.from({ length: 3 + random.integer(4) }, (_, index) => {
    const [x, y, w, h] = Array.from({ length: 4 }, () => random.uniform());
    const paint = `fill="url(#g${index})" transform="rotate(${random.integer(180)} ${100 * x} ${100 * y})"`;
    return random.uniform() < 0.5
      ? `<ellipse cx="${100 * x}" cy="${100 * y}" rx="${8 + 30 * w}" ry="${8 + 30 * h}" ${paint}/>`
      : `<rect x="${100 * x - 20 * w}" y="${100 * y - 20 * h}" width="${12 + 40 * w}" height="${12 + 40 * h}" ${paint}/>`;
  });
  const gradients = ["ground", ...figures.map((_, index) => `g${index}`)].map(gradient).join("");
  return `<defs>${gradients}</defs><rect width="100" height="100" fill="url(#ground)"/>${figures.join("")}`;
}
