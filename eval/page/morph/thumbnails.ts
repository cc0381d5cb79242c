import { imagePicture } from "../values-picture.ts";

/** Pixels: of a pad's thumbnails on a dense screen. */
const SIDE = 96;
/** Shades of curves on white and on black. */
const CURVE_COLOR = "#7a7a7a";

/** Small pictures of atoms, each from its own darkest to its own lightest value, as addresses. */
export function thumbnails(atoms: readonly Float64Array[], shape: readonly number[]): string[] {
  return atoms.map((atom) => (shape.length === 2 ? thumbnail(atom, shape) : curveThumbnail(atom)));
}

function thumbnail(values: Float64Array, shape: readonly number[]): string {
  const [least, most] = [Math.min(0, minimum(values)), maximum(values)];
  const gain = most > least ? 255 / (most - least) : 0;
  const picture = imagePicture(shape, "", SIDE);
  picture.draw(values.map((value) => (value - least) * gain));
  return (picture.element as HTMLCanvasElement).toDataURL();
}

function curveThumbnail(values: Float64Array): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d")!;
  context.strokeStyle = CURVE_COLOR;
  context.lineWidth = 3;
  const most = maximum(values) || 1;
  values.forEach((value, index) =>
    context.lineTo((SIDE * index) / Math.max(values.length - 1, 1), SIDE * (0.85 - (0.7 * value) / most)),
  );
  context.stroke();
  return canvas.toDataURL();
}

function minimum(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function maximum(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
