import { brow, eye, folds, mouth, nose } from "./features.ts";
import { headOf, type Head } from "./head.ts";
import type { FacePose } from "./pose.ts";
import { gray, n, SIDES } from "./svg.ts";

/**
 * The one drawn face behind the data set `faces` as an SVG document of `width` x `height` pixels. It knows nothing of
 * expressions or chance: `faces.ts` chooses the poses. The drawing is 100 x 100, y pointing down, centred in a frame that
 * is not square.
 */
export function drawFace(pose: FacePose, width: number, height: number): string {
  const { shiftX, shiftY, scale, tilt } = pose;
  // the head tilts about the neck and grows about its middle
  const move = `translate(${n(shiftX)} ${n(shiftY)}) rotate(${n(tilt)} 50 100) translate(50 46) scale(${n(scale)}) translate(-50 -50)`;
  const head = headOf(pose);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100">`,
    definitions(),
    `<rect x="-500" y="-500" width="1100" height="1100" fill="url(#background)"/>`,
    `<g transform="${move}">${hairBehind(head)}</g>`,
    bust(head, pose),
    `<g transform="${move}">`,
    skull(head, pose),
    folds(head, pose),
    nose(head),
    SIDES.map((side) => eye(head, side, pose)).join(""),
    SIDES.map((side) => brow(head, side, pose)).join(""),
    mouth(head, pose),
    hairInFront(head),
    "</g></svg>",
  ].join("\n");
}

function definitions(): string {
  const radial = (id: string, place: string, stops: readonly (readonly [number, number])[]): string =>
    `<radialGradient id="${id}" ${place}>${stops.map(([offset, tone]) => `<stop offset="${offset}" stop-color="${gray(tone)}"/>`).join("")}</radialGradient>`;
  const blur = (id: string, deviation: number): string =>
    `<filter id="${id}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${deviation}"/></filter>`;
  return [
    "<defs>",
    radial("background", `gradientUnits="userSpaceOnUse" cx="42" cy="34" r="92"`, [
      [0, 246],
      [0.55, 228],
      [1, 196],
    ]),
    radial("skin", `gradientUnits="userSpaceOnUse" cx="45" cy="44" r="48"`, [
      [0, 253],
      [0.5, 244],
      [0.8, 222],
      [1, 190],
    ]),
    radial("iris", `cx="50%" cy="62%" r="55%"`, [
      [0, 128],
      [0.7, 88],
      [1, 40],
    ]),
    radial("hair", `gradientUnits="userSpaceOnUse" cx="38" cy="10" r="75"`, [
      [0, 176],
      [0.3, 136],
      [0.7, 104],
      [1, 84],
    ]),
    radial("neck", `gradientUnits="userSpaceOnUse" cx="47" cy="92" r="30"`, [
      [0, 234],
      [0.5, 204],
      [1, 160],
    ]),
    radial("cloth", `gradientUnits="userSpaceOnUse" cx="42" cy="96" r="70"`, [
      [0, 186],
      [0.5, 160],
      [1, 128],
    ]),
    radial("lip", `gradientUnits="userSpaceOnUse" cx="48" cy="77" r="13"`, [
      [0, 176],
      [1, 138],
    ]),
    blur("soft", 0.7),
    blur("softer", 1.8),
    blur("softest", 3.6),
    "</defs>",
  ].join("");
}

/** Shoulders, neck and collar; of these only the shadow under the chin moves with the head. */
function bust({ spot }: Head, { shiftX, shiftY, chin }: FacePose): string {
  const neck = "M 37 70 L 37 86 C 36 92 28 94 18 97 L 82 97 C 72 94 64 92 63 86 L 63 70 Z";
  const shadow = spot(shiftX, 84 + shiftY + chin, [19, 6.5], `fill="${gray(112)}" opacity="0.75" filter="url(#softer)"`);
  return [
    `<clipPath id="neckOutline"><path d="${neck}"/></clipPath>`,
    `<path d="${neck}" fill="url(#neck)"/>`,
    `<g clip-path="url(#neckOutline)">${shadow}</g>`,
    `<path d="M -500 600 L -500 104 L -60 104 C -20 101 6 100 22 94.5 C 30 104 70 104 78 94.5 C 94 100 120 101 160 104 L 600 104 L 600 600 Z" fill="url(#cloth)"/>`,
    `<path d="M 22 94.5 C 30 104 70 104 78 94.5" stroke="${gray(112)}" stroke-width="1.4" fill="none"/>`,
  ].join("");
}

/** What hangs down at the back: of the head that turns it shows more on the side that the face turns from. */
function hairBehind({ rim }: Head): string {
  const at = (x: number, y: number) => rim(x, y, -14);
  return (
    `<path d="M ${at(0, 3)} C ${at(-26, 2)} ${at(-39, 20)} ${at(-38.5, 44)} C ${at(-38.2, 60)} ${at(-41, 70)} ${at(-37, 80)} ` +
    `C ${at(-34, 87)} ${at(-26, 88)} ${at(-21, 84)} L ${at(21, 84)} C ${at(26, 88)} ${at(34, 87)} ${at(37, 80)} ` +
    `C ${at(41, 70)} ${at(38.2, 60)} ${at(38.5, 44)} C ${at(39, 20)} ${at(26, 2)} ${at(0, 3)} Z" fill="url(#hair)"/>`
  );
}

function skull({ rim, spot }: Head, { chin, smileFold }: FacePose): string {
  const tip = 91 + chin;
  const jaw = 77 + chin * 0.5;
  const left = `C ${rim(-19, 9, 8)} ${rim(-29.5, 24, 2)} ${rim(-29.5, 45, 2)} C ${rim(-29.5, 58, 2)} ${rim(-27, 68, 5)} ${rim(-20.5, jaw, 10)} C ${rim(-15, tip - 6, 14)} ${rim(-8, tip, 19)} ${rim(0, tip, 19)}`;
  const right = `C ${rim(8, tip, 19)} ${rim(15, tip - 6, 14)} ${rim(20.5, jaw, 10)} C ${rim(27, 68, 5)} ${rim(29.5, 58, 2)} ${rim(29.5, 45, 2)} C ${rim(29.5, 24, 2)} ${rim(19, 9, 8)} ${rim(0, 9, 8)}`;
  const cheek = `fill="${gray(190)}" opacity="${n(0.45 + 0.25 * smileFold)}" filter="url(#softest)"`;
  return [
    `<path d="M ${rim(0, 9, 8)} ${left} ${right} Z" fill="url(#skin)"/>`,
    ...SIDES.map((side) => spot(side * 17.5, 65 - smileFold * 2, [7.5, 5.2], cheek)),
    spot(0, 84.5 + chin, [5, 1.6], `fill="${gray(200)}" opacity="0.8" filter="url(#softer)"`),
  ].join("");
}

/** A side parting with two locks that frame the face: their outer edges are the outline of the head, their inner ones lie on the face. */
function hairInFront({ at, rim }: Head): string {
  const shine = (d: string, tone: number, width: number, opacity: number) =>
    `<path d="${d}" stroke="${gray(tone)}" stroke-width="${width}" fill="none" opacity="${opacity}" filter="url(#soft)"/>`;
  return [
    `<path d="M ${rim(8, 5, 6)} C ${rim(-14, 4, 2)} ${rim(-33, 16, -4)} ${rim(-32.5, 50, -4)} C ${rim(-32.4, 55, -4)} ${rim(-31.6, 59, -4)} ${rim(-30, 63, 0)} C ${at(-29, 52, 6)} ${at(-28, 40, 10)} ${at(-20, 31, 19)} C ${at(-12, 24, 23)} ${at(2, 22, 23)} ${rim(8, 5, 6)} Z" fill="url(#hair)"/>`,
    `<path d="M ${rim(6, 5, 6)} C ${rim(24, 5, 2)} ${rim(34, 22, -4)} ${rim(33, 50, -4)} C ${rim(32.8, 55, -4)} ${rim(31.8, 59, -4)} ${rim(30.2, 63, 0)} C ${at(29.6, 50, 6)} ${at(29, 36, 10)} ${at(22, 27, 18)} C ${at(16, 20, 21)} ${at(9, 16, 20)} ${rim(6, 5, 6)} Z" fill="url(#hair)"/>`,
    shine(`M ${at(2, 8, 12)} C ${at(-12, 11, 14)} ${at(-24, 20, 10)} ${at(-27.5, 38, 6)}`, 150, 1.6, 0.5),
    shine(`M ${at(12, 9, 12)} C ${at(21, 14, 12)} ${at(27, 22, 8)} ${at(29, 34, 4)}`, 140, 1.4, 0.45),
  ].join("");
}
