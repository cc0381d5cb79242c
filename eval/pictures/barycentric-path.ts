import { InputError } from "../../src/errors.ts";
import { sizeOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { drawChart } from "./drawing.ts";
import { montage } from "./montage.ts";
import { CATEGORICAL, INK } from "./palette.ts";
import type { Drawing } from "./picture.ts";
import { projectWeights, simplexCorners, type Point } from "./simplex-chart.ts";

export interface BarycentricPathOptions {
  /** Names of the S corners. @default "atom 1", "atom 2", ... */
  readonly cornerNames?: readonly string[];
  /** [S, h, w] the atoms as images, drawn at the corners. @default none */
  readonly atoms?: NdArray;
  /** Names of the M frames, to be seen on hover. @default their numbers alone */
  readonly frameNames?: readonly string[];
  /** Join the last frame with the first, for data that is known to be periodic. @default false */
  readonly closed?: boolean;
}

const WIDTH = 420;
const IMAGE_SIZE = 64;
/** From the middle of a corner's picture or place to its name, and from a frame to its number. */
const NAME_DISTANCE = 12;
const NUMBER_DISTANCE = 14;
/** First and last frame: apart for every eye, visible on white and on black. */
const FRAME_COLORS = [CATEGORICAL[0], CATEGORICAL[4]];
/** Half the width of the drawing in units of the corners' circle, with room for the corners' names or pictures. */
const EXTENT = 1.4;
/** Pixels of one such unit. */
const UNIT = WIDTH / (2 * EXTENT);
/** Where pictures and names stand, as multiples of the corners. */
const IMAGE_REACH = 1.22;
const NAME_REACH = 1.06;
/** About as many frame numbers as stay readable; of longer sequences every k-th is written. */
const MOST_NUMBERS = 30;

/**
 * The course of a sequence through a dictionary: barycentric weights [M, S] of consecutive frames as points in the polygon
 * of the S atoms, joined in their order, the first one ringed, numbered from 1, coloured from first to last
 * (Schmitz et al. 2018, figure 10).
 *
 * @throws InputError on weights of another rank, fewer than 2 atoms, or another number of names or images
 */
export async function barycentricPath(weights: NdArray, options: BarycentricPathOptions = {}): Promise<Drawing> {
  const corners = simplexCorners(weights.shape[1]);
  const { atoms, closed = false, frameNames, cornerNames = corners.map((_, s) => `atom ${s + 1}`) } = options;
  const frames = projectWeights(weights).map((point, index) => ({
    ...point,
    frame: index + 1,
    ...(frameNames && { name: frameNames[index] }),
    ...Object.fromEntries(corners.map((_, s) => [`weight${s}`, weights.data[index * corners.length + s]])),
  }));
  if (cornerNames.length !== corners.length || (atoms && atoms.shape[0] !== corners.length)) {
    const got = [cornerNames.length, atoms?.shape[0] ?? "no"];
    throw new InputError(`barycentric path: expected ${corners.length} names and images, got ${got.join(" and ")}`);
  }
  const images = atoms ? await cornerImages(atoms, corners) : [];
  const names = corners.map((corner, s) => ({ name: cornerNames[s], ...namePlace(corner, atoms !== undefined) }));
  const numbers = frames.filter((_, index) => index % Math.ceil(frames.length / MOST_NUMBERS) === 0);

  const heights = [...names, ...corners].map(({ y }) => y);
  const bottom = Math.min(...heights) - NAME_DISTANCE / UNIT;
  const top = Math.max(...heights) + (NAME_DISTANCE + NUMBER_DISTANCE) / UNIT;
  const at = {
    x: { field: "x", type: "quantitative", scale: { domain: [-EXTENT, EXTENT] as number[] }, axis: null },
    y: { field: "y", type: "quantitative", scale: { domain: [bottom, top] as number[] }, axis: null },
  } as const;
  const polyline = (points: readonly Point[], opacity: number) => ({
    data: { values: points.map((point, order) => ({ ...point, order })) },
    mark: { type: "line", color: INK, opacity } as const,
    encoding: { ...at, order: { field: "order", type: "quantitative" } as const },
  });
  return drawChart({
    width: WIDTH,
    height: (top - bottom) * UNIT,
    layer: [
      polyline([...corners, corners[0]], 0.25),
      ...images.map((image) => ({
        data: { values: [image] },
        mark: { type: "image", width: IMAGE_SIZE, height: IMAGE_SIZE } as const,
        encoding: { ...at, url: { field: "url" } },
      })),
      {
        data: { values: names },
        mark: { type: "text", fontWeight: 500, align: { expr: "datum.align" } },
        encoding: { ...at, text: { field: "name" } },
      },
      polyline(closed ? [...frames, frames[0]] : frames, 0.4),
      {
        data: { values: frames.slice(0, 1) },
        mark: { type: "point", color: INK, size: 220, strokeWidth: 1.5, filled: false, opacity: 1 },
        encoding: at,
      },
      {
        data: { values: frames },
        mark: { type: "circle", size: 60, opacity: 1 },
        encoding: {
          ...at,
          color: { field: "frame", type: "quantitative", scale: { range: FRAME_COLORS }, legend: null },
          tooltip: [
            ...(frameNames ? [{ field: "name", title: "data point" }] : [{ field: "frame", title: "data point" }]),
            ...cornerNames.map((title, s) => ({
              field: `weight${s}`,
              title,
              type: "quantitative" as const,
              format: ".1%",
            })),
          ],
        },
      },
      {
        data: {
          values: numbers.map(({ frame, ...point }) => ({ frame, ...numberPlace(point, corners.length === 2) })),
        },
        mark: { type: "text", fontSize: 10, opacity: 0.85 },
        encoding: { ...at, text: { field: "frame" } },
      },
    ],
  });
}

/** The atoms as small pictures outside their corners. */
function cornerImages(atoms: NdArray, corners: readonly Point[]): Promise<(Point & { url: string })[]> {
  const images = atoms.shape.slice(1);
  const size = sizeOf(images);
  return Promise.all(
    corners.map(async (corner, s) => {
      const atom = { shape: [1, ...images], data: atoms.data.subarray(s * size, (s + 1) * size) };
      const { png } = await montage(atom);
      const url = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
      return { ...scaled(corner, IMAGE_REACH), url };
    }),
  );
}

/** Where a corner's name stands: outside, above upper and below lower corners and pictures, else beside the corner. */
function namePlace(corner: Point, pictured: boolean) {
  const { x, y } = scaled(corner, pictured ? IMAGE_REACH : NAME_REACH);
  const beside = !pictured && Math.abs(x) > 0.3;
  const distance = pictured ? IMAGE_SIZE / 2 + NAME_DISTANCE : NAME_DISTANCE / 2;
  const shift = beside ? 0 : distance / UNIT;
  return { x, y: y > 0.5 ? y + shift : y - shift, align: beside ? (x > 0 ? "left" : "right") : "center" };
}

/** Where a frame's number stands: towards the middle, away from the names; above a line. */
function numberPlace(point: Point, onLine: boolean): Point {
  const radius = Math.hypot(point.x, point.y);
  const distance = NUMBER_DISTANCE / UNIT;
  return onLine || radius === 0 ? { x: point.x, y: point.y + distance } : scaled(point, 1 - distance / radius);
}

function scaled({ x, y }: Point, factor: number): Point {
  return { x: x * factor, y: y * factor };
}
