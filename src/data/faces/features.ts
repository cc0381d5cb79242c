import type { Head } from "./head.ts";
import type { FacePose } from "./pose.ts";
import { gray, SIDES, stroke, type Side } from "./svg.ts";

/** Tones of chalk. */
const TONE = { line: 245, soft: 195, thin: 150 } as const;

/** Where the features are at rest, in hundredths of the picture; x counts from the middle line. */
const EYE = { x: 12.6, y: 48.5, halfWidth: 7.2, upper: 4.6, lower: 3.1, iris: 3.4 } as const;
const BROW = { inner: 5.2, middle: 13.5, outer: 21.5, y: 38.6 } as const;
const MOUTH_Y = 76;
/** Half the distance of the two lips' lines where the mouth is closed. */
const LIP = 1.3;

/** The bridge lies on the face; the tip stands out of it, and so moves farthest. */
export function nose({ skin }: Head): string {
  const [wing, tip] = [4, 9];
  const under =
    `M ${skin(-6, 61.5, wing)} Q ${skin(-6.6, 65, wing)} ${skin(-3.4, 65, wing + 2)} Q ${skin(0, 67.6, tip)} ${skin(3.4, 65, wing + 2)} ` +
    `Q ${skin(6.6, 65, wing)} ${skin(6, 61.5, wing)}`;
  return (
    stroke(under, 2.2, TONE.soft) +
    stroke(`M ${skin(-3, 44, 2)} Q ${skin(-2.6, 53, 5)} ${skin(-3.6, 58, 7)}`, 1.6, TONE.thin)
  );
}

export function eye({ skin, spot }: Head, side: Side, pose: FacePose): string {
  const { eyeOpen, lowerLid, gazeX, gazeY } = pose;
  const inner = EYE.x - EYE.halfWidth;
  const outer = EYE.x + EYE.halfWidth;
  const innerY = EYE.y + 1.2;
  const outerY = EYE.y + 0.2;
  const pull = 1.35; // control points lie a third beyond the curve they pull
  const bottom = (EYE.lower - lowerLid) * pull;
  const top = (EYE.upper + EYE.lower) * pull * eyeOpen - EYE.lower * pull; // a closing lid goes down to the lower one
  const on = (x: number, y: number) => skin(side * x, y);
  const upper = `C ${on(inner + 3, EYE.y - top)} ${on(outer - 3.6, EYE.y - top)} ${on(outer, outerY)}`;
  const lower = `C ${on(outer - 3, EYE.y + bottom)} ${on(inner + 3, EYE.y + bottom)} ${on(inner, innerY)}`;
  const start = `M ${on(inner, innerY)}`;
  const clip = `eye${side < 0 ? "Left" : "Right"}`;
  return [
    `<clipPath id="${clip}"><path d="${start} ${upper} ${lower} Z"/></clipPath>`,
    `<g clip-path="url(#${clip})">`,
    spot(side * EYE.x + gazeX, EYE.y - 0.4 + gazeY, [EYE.iris, EYE.iris], `fill="${gray(TONE.line)}"`),
    "</g>",
    stroke(`M ${on(outer, outerY)} ${lower}`, 1.3, TONE.thin),
    stroke(`${start} ${upper} L ${on(outer + 1.2, outerY - 0.8)}`, 1.9, TONE.line),
  ].join("");
}

/** A tapered stroke from a full inner end to a thin outer one. */
export function brow({ skin }: Head, side: Side, { browInner, browOuter }: FacePose): string {
  const { inner, middle, outer } = BROW;
  const innerY = BROW.y + 0.6 - browInner;
  const middleY = BROW.y - 3.6 - (browInner + browOuter) / 2;
  const outerY = BROW.y + 1.2 - browOuter;
  const on = (x: number, y: number) => skin(side * x, y, 1);
  const d =
    `M ${on(inner, innerY - 1.5)} Q ${on(middle, middleY - 1.5)} ${on(outer, outerY)} ` +
    `Q ${on(middle, middleY + 1.9)} ${on(inner, innerY + 1.5)} Q ${on(inner - 0.9, innerY)} ${on(inner, innerY - 1.5)} Z`;
  return `<path d="${d}" fill="${gray(TONE.line)}" stroke="${gray(TONE.line)}" stroke-width="0.6" stroke-linejoin="round"/>`;
}

/** Two lips, a line each, that part where the mouth opens. */
export function mouth({ skin }: Head, pose: FacePose): string {
  const { mouthWidth: w, mouthCorner, mouthRound, upperLip, lowerLip, chin } = pose;
  const y = MOUTH_Y + chin * 0.35;
  const cornerY = y - mouthCorner;
  const on = (x: number, height: number) => skin(x, height, 1);
  // from corner to corner through the middle; the rounder, the steeper at the corners
  const reach = w * (1 / 3 + 0.6 * mouthRound);
  const lip = (middle: number, apart: number): string => {
    const end = cornerY + 0.5 * apart;
    const controlY = (4 * (middle + apart) - end) / 3;
    return stroke(`M ${on(-w, end)} C ${on(-reach, controlY)} ${on(reach, controlY)} ${on(w, end)}`, 2.2, TONE.line);
  };
  return lip(y - upperLip, -LIP) + lip(y + lowerLip, LIP);
}

/** The outline of the face from temple to temple, hair and neck. */
export function outline(head: Head, { chin }: FacePose): string {
  const { rim } = head;
  const tip = 91 + chin;
  const jaw = 77 + chin * 0.5;
  const face =
    `M ${rim(-29.5, 42, 2)} C ${rim(-29.5, 58, 2)} ${rim(-27, 68, 5)} ${rim(-20.5, jaw, 10)} C ${rim(-15, tip - 6, 14)} ${rim(-8, tip, 19)} ${rim(0, tip, 19)} ` +
    `C ${rim(8, tip, 19)} ${rim(15, tip - 6, 14)} ${rim(20.5, jaw, 10)} C ${rim(27, 68, 5)} ${rim(29.5, 58, 2)} ${rim(29.5, 42, 2)}`;
  return stroke(face, 2.2, TONE.soft);
}

export function hair({ at, rim }: Head): string {
  const crown =
    `M ${rim(-36, 82, -10)} C ${rim(-40, 70, -8)} ${rim(-37, 60, -6)} ${rim(-36, 44, -4)} C ${rim(-36, 18, -2)} ${rim(-20, 4, 0)} ${rim(2, 4, 2)} ` +
    `C ${rim(24, 4, 0)} ${rim(37, 20, -2)} ${rim(36.5, 44, -4)} C ${rim(37, 60, -6)} ${rim(40, 70, -8)} ${rim(36, 82, -10)}`;
  return [
    stroke(crown, 2.2, TONE.soft),
    stroke(`M ${rim(-29.5, 42, 2)} C ${at(-27, 35, 12)} ${at(-12, 28, 22)} ${at(7, 9, 16)}`, 2.2, TONE.soft),
    stroke(`M ${rim(29.5, 42, 2)} C ${at(28, 32, 10)} ${at(18, 20, 18)} ${at(7, 9, 16)}`, 2.2, TONE.soft),
  ].join("");
}

export function bust(): string {
  return SIDES.map((side) => {
    const x = (value: number) => 50 + side * value;
    return stroke(`M ${x(13)} 84 C ${x(13)} 93 ${x(24)} 94 ${x(48)} 98`, 2.2, TONE.thin);
  }).join("");
}
