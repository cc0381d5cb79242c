import { brow, bust, eye, hair, mouth, nose, outline } from "./features.ts";
import { headOf } from "./head.ts";
import type { FacePose } from "./pose.ts";
import { gray, n, SIDES } from "./svg.ts";

/** Tone of the board. */
const BOARD = 10;
/** Size of the head; at 1 its hair reaches the border. */
const SCALE = 0.93;

/**
 * The one face behind the data set `faces`, drawn in chalk on a dark board, as an SVG document of `width` x `height` pixels. It
 * knows nothing of expressions or chance: `faces.ts` chooses the poses. The drawing is 100 x 100, y pointing down, centred in a
 * frame that is not square.
 */
export function drawFace(pose: FacePose, width: number, height: number): string {
  // the head tilts about the neck, and leaves a margin
  const move = `rotate(${n(pose.tilt)} 50 100) translate(50 46) scale(${SCALE}) translate(-50 -50)`;
  const head = headOf(pose);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100">`,
    `<rect x="-500" y="-500" width="1100" height="1100" fill="${gray(BOARD)}"/>`,
    bust(),
    `<g transform="${move}">`,
    outline(head, pose),
    hair(head),
    nose(head),
    SIDES.map((side) => eye(head, side, pose)).join(""),
    SIDES.map((side) => brow(head, side, pose)).join(""),
    mouth(head, pose),
    "</g></svg>",
  ].join("\n");
}
