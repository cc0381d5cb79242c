import { brow, eye, folds, mouth, nose } from "./features.ts";
import type { FacePose } from "./pose.ts";
import { at, gray, n, SIDES } from "./svg.ts";

/**
 * The one drawn face behind the data set `faces` as an SVG document of `width` x `height` pixels. It knows nothing of
 * expressions or chance: `faces.ts` chooses the poses. The drawing is 100 x 100, y pointing down, centred in a frame that
 * is not square.
 */
export function drawFace(pose: FacePose, width: number, height: number): string {
  const { shiftX, shiftY, scale, tilt } = pose;
  // the head turns about the neck and grows about its middle
  const move = `translate(${n(shiftX)} ${n(shiftY)}) rotate(${n(tilt)} 50 100) translate(50 46) scale(${n(scale)}) translate(-50 -50)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100">`,
    definitions(),
    `<rect x="-500" y="-500" width="1100" height="1100" fill="url(#background)"/>`,
    `<g transform="${move}">${hairBehind()}</g>`,
    bust(pose),
    `<g transform="${move}">`,
    head(pose),
    folds(pose),
    nose(),
    SIDES.map((side) => eye(side, pose)).join(""),
    SIDES.map((side) => brow(side, pose)).join(""),
    mouth(pose),
    hairInFront(),
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
function bust({ shiftX, shiftY, chin }: FacePose): string {
  const neck = "M 37 70 L 37 86 C 36 92 28 94 18 97 L 82 97 C 72 94 64 92 63 86 L 63 70 Z";
  return [
    `<clipPath id="neckOutline"><path d="${neck}"/></clipPath>`,
    `<path d="${neck}" fill="url(#neck)"/>`,
    `<g clip-path="url(#neckOutline)"><ellipse cx="${n(50 + shiftX)}" cy="${n(84 + shiftY + chin)}" rx="19" ry="6.5" fill="${gray(112)}" opacity="0.75" filter="url(#softer)"/></g>`,
    `<path d="M -500 600 L -500 104 L -60 104 C -20 101 6 100 22 94.5 C 30 104 70 104 78 94.5 C 94 100 120 101 160 104 L 600 104 L 600 600 Z" fill="url(#cloth)"/>`,
    `<path d="M 22 94.5 C 30 104 70 104 78 94.5" stroke="${gray(112)}" stroke-width="1.4" fill="none"/>`,
  ].join("");
}

function hairBehind(): string {
  return `<path d="M 50 3 C 24 2 11 20 11.5 44 C 11.8 60 9 70 13 80 C 16 87 24 88 29 84 L 71 84 C 76 88 84 87 87 80 C 91 70 88.2 60 88.5 44 C 89 20 76 2 50 3 Z" fill="url(#hair)"/>`;
}

function head({ chin, smileFold }: FacePose): string {
  const tip = 91 + chin;
  const outline =
    `M 50 9 C 31 9 20.5 24 20.5 45 C 20.5 58 23 68 29.5 ${n(77 + chin * 0.5)} C 35 ${n(tip - 6)} 42 ${n(tip)} 50 ${n(tip)} ` +
    `C 58 ${n(tip)} 65 ${n(tip - 6)} 70.5 ${n(77 + chin * 0.5)} C 77 68 79.5 58 79.5 45 C 79.5 24 69 9 50 9 Z`;
  const cheeks = SIDES.map(
    (side) =>
      `<ellipse cx="${at(side, 17.5)}" cy="${n(65 - smileFold * 2)}" rx="7.5" ry="5.2" fill="${gray(190)}" opacity="${n(0.45 + 0.25 * smileFold)}" filter="url(#softest)"/>`,
  ).join("");
  return (
    `<path d="${outline}" fill="url(#skin)"/>` +
    cheeks +
    `<ellipse cx="50" cy="${n(84.5 + chin)}" rx="5" ry="1.6" fill="${gray(200)}" opacity="0.8" filter="url(#softer)"/>`
  );
}

/** A side parting with two locks that frame the face. */
function hairInFront(): string {
  return [
    `<path d="M 58 5 C 36 4 17 16 17.5 50 C 17.6 55 18.4 59 20 63 C 21 52 22 40 30 31 C 38 24 52 22 58 5 Z" fill="url(#hair)"/>`,
    `<path d="M 56 5 C 74 5 84 22 83 50 C 82.8 55 81.8 59 80.2 63 C 79.6 50 79 36 72 27 C 66 20 59 16 56 5 Z" fill="url(#hair)"/>`,
    `<path d="M 52 8 C 38 11 26 20 22.5 38" stroke="${gray(150)}" stroke-width="1.6" fill="none" opacity="0.5" filter="url(#soft)"/>`,
    `<path d="M 62 9 C 71 14 77 22 79 34" stroke="${gray(140)}" stroke-width="1.4" fill="none" opacity="0.45" filter="url(#soft)"/>`,
  ].join("");
}
