import { INK } from "../../pictures/palette.ts";
import type { SpacePoint } from "../../pictures/surface-wires.ts";
import type { Placed, Scene } from "./scene.ts";

/** As in the still pictures: of the farthest and the nearest point. */
const [FAINT, CLEAR] = [0.12, 0.9];
const WIRES = { far: 0.08, near: 0.2 } as const;
const MUTED = 0.06;

export interface Painting {
  readonly scene: Scene;
  readonly placed: Placed;
  /** The page's text colour. */
  readonly ink: string;
  /** Entries of the legend. */
  readonly muted: ReadonlySet<number>;
  /** The mark under the pointer. */
  readonly pointed: number | undefined;
}

/** Draws wires, then points from far to near; the context's unit is a CSS pixel. */
export function paint(context: CanvasRenderingContext2D, painting: Painting): void {
  const { scene, placed, ink } = painting;
  context.clearRect(0, 0, scene.side, scene.side);
  paintWires(context, scene, placed, ink);
  for (const mark of placed.order) paintMark(context, painting, mark);
  const { pointed } = painting;
  if (pointed === undefined) return;
  context.globalAlpha = 1;
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(placed.x[pointed], placed.y[pointed], radiusOf(scene.marks[pointed].size) + 3, 0, 2 * Math.PI);
  context.stroke();
}

/** Whether a mark's class or set has been muted. */
export function isMuted({ entries }: Scene, muted: ReadonlySet<number>, mark: number): boolean {
  return entries[mark].some((entry) => muted.has(entry));
}

function paintMark(context: CanvasRenderingContext2D, { scene, placed, ink, muted }: Painting, mark: number): void {
  const { color, shape, fill, size } = scene.marks[mark];
  const share = (1 + placed.depth[mark]) / 2;
  context.globalAlpha = isMuted(scene, muted, mark) ? MUTED : FAINT + (CLEAR - FAINT) * share;
  context.beginPath();
  trace(context, shape, placed.x[mark], placed.y[mark], radiusOf(size));
  const paintedColor = color === INK ? ink : color;
  if (fill > 0) {
    context.fillStyle = paintedColor;
    context.fill();
  } else {
    context.strokeStyle = paintedColor;
    context.lineWidth = 1;
    context.stroke();
  }
}

function radiusOf(size: number): number {
  return Math.sqrt(size / Math.PI);
}

/** Symbols of the area of a circle of the radius, about. */
function trace(context: CanvasRenderingContext2D, shape: string, x: number, y: number, radius: number): void {
  const corners: readonly (readonly [number, number])[] | undefined = CORNERS[shape];
  if (!corners) {
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  corners.forEach(([across, down], index) => {
    context[index === 0 ? "moveTo" : "lineTo"](x + radius * across, y + radius * down);
  });
  context.closePath();
}

const CORNERS: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  "triangle-up": [[0, -1.3], [1.3, 1], [-1.3, 1]],
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  diamond: [[0, -1.3], [1.2, 0], [0, 1.3], [-1.2, 0]],
}; // prettier-ignore

/** The far parts, then the near ones, each as one line so that crossings are not darker. */
function paintWires(context: CanvasRenderingContext2D, { wires }: Scene, { place }: Placed, ink: string): void {
  const paths = { far: new Path2D(), near: new Path2D() };
  for (const wire of wires) tracePieces(wire, place, paths);
  context.strokeStyle = ink;
  context.lineWidth = 1;
  for (const side of ["far", "near"] as const) {
    context.globalAlpha = WIRES[side];
    context.stroke(paths[side]);
  }
}

function tracePieces(
  wire: readonly SpacePoint[],
  place: Placed["place"],
  paths: Readonly<Record<"far" | "near", Path2D>>,
): void {
  let last: { readonly x: number; readonly y: number } | undefined;
  let before: keyof typeof paths | undefined;
  for (const point of wire) {
    const at = place(point);
    const side = at.depth < 0 ? "far" : "near";
    if (last && side !== before) paths[side].moveTo(last.x, last.y);
    if (last) paths[side].lineTo(at.x, at.y);
    else paths[side].moveTo(at.x, at.y);
    [last, before] = [at, side];
  }
}
