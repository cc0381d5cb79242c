import type { FacePose } from "./pose.ts";
import { at, gray, n, SIDES, type Side } from "./svg.ts";

/** Tones of gray, 0 black to 255 white. */
const TONE = {
  ink: 26,
  lip: 140,
  mouth: 48,
  fold: 120,
} as const;

/** Where the features are at rest, in hundredths of the picture; x counts from the middle line. */
const EYE = { x: 12.6, y: 48.5, halfWidth: 7.2, upper: 4.6, lower: 3.1, iris: 3.9 } as const;
const BROW = { inner: 5.2, middle: 13.5, outer: 21.5, y: 38.6 } as const;
const MOUTH_Y = 75.5;

/** The folds that come with an expression, as soft lines that deepen. */
export function folds({ smileFold, frownFold, foreheadFold, browInner, chin }: FacePose): string {
  const line = (d: string, strength: number, width: number): string =>
    strength <= 0.02
      ? ""
      : `<path d="${d}" stroke="${gray(TONE.fold)}" stroke-width="${width}" stroke-linecap="round" fill="none" opacity="${n(Math.min(1, strength))}" filter="url(#soft)"/>`;
  const browY = BROW.y - browInner;
  return [
    ...SIDES.map((side) =>
      line(`M ${at(side, 9)} 64 Q ${at(side, 15.5)} 67 ${at(side, 17.6)} ${n(73.5 + chin)}`, smileFold, 1),
    ),
    ...SIDES.map((side) =>
      line(
        `M ${at(side, 1.9)} ${n(browY + 2.6)} Q ${at(side, 1.3)} ${n(browY - 0.8)} ${at(side, 2.2)} ${n(browY - 3.6)}`,
        frownFold,
        1.2,
      ),
    ),
    line(`M 38 26.6 Q 50 24.4 62 26.6`, foreheadFold * 0.6, 1),
    line(`M 40 30.4 Q 50 28.2 60 30.4`, foreheadFold * 0.6, 1),
  ].join("");
}

export function nose(): string {
  return [
    `<path d="M 46.6 42 C 47 52 45.4 57 43.2 62 C 45.5 65 48 65.4 50 65.4 L 49 50 Z" fill="${gray(178)}" opacity="0.6" filter="url(#softer)"/>`,
    `<path d="M 45.6 64.6 Q 47.4 64 48.6 65.2 Q 50 66.2 51.4 65.2 Q 52.6 64 54.4 64.6" stroke="${gray(112)}" stroke-width="0.9" stroke-linecap="round" fill="none"/>`,
    SIDES.map(
      (side) =>
        `<path d="M ${at(side, 6)} 60.8 Q ${at(side, 7.2)} 63.4 ${at(side, 5.4)} 64.8" stroke="${gray(160)}" stroke-width="0.9" stroke-linecap="round" fill="none"/>` +
        `<ellipse cx="${at(side, 3.3)}" cy="64.6" rx="1.4" ry="0.75" fill="${gray(84)}"/>`,
    ).join(""),
    `<ellipse cx="49.2" cy="60" rx="1.5" ry="2.4" fill="${gray(255)}" opacity="0.75" filter="url(#soft)"/>`,
  ].join("");
}

export function eye(side: Side, pose: FacePose): string {
  const { eyeOpen, lowerLid, lidSlant, gazeX, gazeY } = pose;
  const inner = EYE.x - EYE.halfWidth;
  const outer = EYE.x + EYE.halfWidth;
  const innerY = EYE.y + 1.2;
  const outerY = EYE.y + 0.2;
  const top = EYE.upper * eyeOpen * 1.35; // control points lie a third beyond the curve they pull
  const bottom = (EYE.lower - lowerLid) * 1.35;
  const innerTop = n(EYE.y - top + Math.max(0, lidSlant));
  const outerTop = n(EYE.y - top + Math.max(0, -lidSlant));
  const upper = `C ${at(side, inner + 3)} ${innerTop} ${at(side, outer - 3.6)} ${outerTop} ${at(side, outer)} ${n(outerY)}`;
  const lower = `C ${at(side, outer - 3)} ${n(EYE.y + bottom)} ${at(side, inner + 3)} ${n(EYE.y + bottom)} ${at(side, inner)} ${n(innerY)}`;
  const start = `M ${at(side, inner)} ${n(innerY)}`;
  const clip = `eye${side < 0 ? "Left" : "Right"}`;
  const irisX = n(50 + side * EYE.x + gazeX);
  const irisY = n(EYE.y - 0.4 + gazeY);
  return [
    // the hollow of the eye and the crease above it
    `<ellipse cx="${at(side, EYE.x)}" cy="${n(EYE.y - 2)}" rx="9.5" ry="6" fill="${gray(198)}" opacity="0.6" filter="url(#softer)"/>`,
    `<path d="M ${at(side, inner + 1)} ${n(EYE.y - top * 0.75 - 1.4)} Q ${at(side, EYE.x)} ${n(EYE.y - top - 3)} ${at(side, outer + 0.6)} ${n(EYE.y - top * 0.6 - 0.6)}" stroke="${gray(150)}" stroke-width="0.8" fill="none" opacity="0.8"/>`,
    `<clipPath id="${clip}"><path d="${start} ${upper} ${lower} Z"/></clipPath>`,
    `<g clip-path="url(#${clip})">`,
    `<rect x="${n(50 + side * EYE.x - 10)}" y="${n(EYE.y - 12)}" width="20" height="24" fill="${gray(250)}"/>`,
    `<circle cx="${irisX}" cy="${irisY}" r="${EYE.iris}" fill="url(#iris)"/>`,
    `<circle cx="${irisX}" cy="${irisY}" r="1.9" fill="${gray(8)}"/>`,
    // the lid's shadow on the eye
    `<path d="${start} ${upper}" stroke="${gray(60)}" stroke-width="2.6" fill="none" opacity="0.35" filter="url(#soft)"/>`,
    `<circle cx="${n(50 + side * EYE.x + gazeX - 1.3)}" cy="${n(EYE.y - 1.8 + gazeY)}" r="1" fill="${gray(255)}"/>`,
    "</g>",
    `<path d="M ${at(side, outer)} ${n(outerY)} ${lower}" stroke="${gray(128)}" stroke-width="0.8" fill="none"/>`,
    `<path d="${start} ${upper} l ${n(side * 1.4)} -0.9" stroke="${gray(TONE.ink)}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" fill="none"/>`,
  ].join("");
}

/** A tapered stroke from a full inner end to a thin outer one. */
export function brow(side: Side, { browInner, browOuter, browSqueeze }: FacePose): string {
  const inner = BROW.inner - browSqueeze;
  const middle = BROW.middle - browSqueeze * 0.5;
  const innerY = BROW.y + 0.6 - browInner;
  const middleY = BROW.y - 3.6 - (browInner + browOuter) / 2;
  const outerY = BROW.y + 1.2 - browOuter;
  const d =
    `M ${at(side, inner)} ${n(innerY - 1.5)} Q ${at(side, middle)} ${n(middleY - 1.5)} ${at(side, BROW.outer)} ${n(outerY)} ` +
    `Q ${at(side, middle)} ${n(middleY + 1.9)} ${at(side, inner)} ${n(innerY + 1.5)} Q ${at(side, inner - 0.9)} ${n(innerY)} ${at(side, inner)} ${n(innerY - 1.5)} Z`;
  return `<path d="${d}" fill="${gray(TONE.ink)}" stroke="${gray(TONE.ink)}" stroke-width="0.4" stroke-linejoin="round"/>`;
}

export function mouth(pose: FacePose): string {
  const { mouthWidth: w, mouthCorner, mouthRound, upperLip, lowerLip, lipFullness, teeth, chin } = pose;
  const y = MOUTH_Y + chin * 0.35;
  const cornerY = y - mouthCorner;
  const top = y - upperLip; // lower edge of the upper lip, at the middle
  const bottom = y + lowerLip; // upper edge of the lower lip
  const left = `${n(50 - w)} ${n(cornerY)}`;
  const right = `${n(50 + w)} ${n(cornerY)}`;
  // from corner to corner through (50, middle); the rounder, the steeper at the corners
  const reach = w * (1 / 3 + 0.6 * mouthRound);
  const across = (middle: number, to: Side): string => {
    const controlY = n((4 * middle - cornerY) / 3);
    return `C ${at(-to as Side, reach)} ${controlY} ${at(to, reach)} ${controlY} ${to > 0 ? right : left}`;
  };
  const opening = `M ${left} ${across(top, 1)} ${across(bottom, -1)} Z`;
  const bow = top - 2.4 * lipFullness; // upper edge of the upper lip
  const full = bottom + 4 * lipFullness; // lower edge of the lower lip
  const bowX = Math.min(2.4, w * 0.3);
  const shoulder = (side: Side): string => `${at(side, Math.max(reach, w * 0.55))} ${n((cornerY + 3 * bow) / 4 - 0.6)}`;
  const upper =
    `M ${left} C ${shoulder(-1)} ${n(50 - w * 0.4)} ${n(bow - 0.6)} ${at(-1, bowX)} ${n(bow - 0.4)} Q 50 ${n(bow + 1.1)} ${at(1, bowX)} ${n(bow - 0.4)} ` +
    `C ${n(50 + w * 0.4)} ${n(bow - 0.6)} ${shoulder(1)} ${right} ${across(top, -1)} Z`;
  const lower = `M ${left} ${across(bottom, 1)} ${across(full, -1)} Z`;
  const gap = bottom - top;
  const teethEdge = top + gap * teeth;
  return [
    `<ellipse cx="50" cy="${n(full + 2.2)}" rx="${n(w * 0.6)}" ry="1.3" fill="${gray(150)}" opacity="0.6" filter="url(#softer)"/>`,
    `<path d="${lower}" fill="url(#lip)"/><path d="${upper}" fill="${gray(TONE.lip)}"/>`,
    `<clipPath id="opening"><path d="${opening}"/></clipPath>`,
    `<path d="${opening}" fill="${gray(TONE.mouth)}"/>`,
    `<g clip-path="url(#opening)">`,
    `<ellipse cx="50" cy="${n(bottom + 0.8)}" rx="${n(w * 0.6)}" ry="${n(gap * 0.33)}" fill="${gray(112)}"/>`,
    teeth > 0
      ? `<path d="M ${left} ${across(teethEdge, 1)} V ${n(top - 9)} H ${n(50 - w)} Z" fill="${gray(250)}"/>`
      : "",
    "</g>",
    `<path d="M ${left} ${across(top, 1)}" stroke="${gray(TONE.ink + 20)}" stroke-width="1.3" stroke-linecap="round" fill="none"/>`,
    `<ellipse cx="49" cy="${n(bottom + 1.9 * lipFullness)}" rx="${n(w * 0.3)}" ry="0.7" fill="${gray(235)}" opacity="0.6" filter="url(#soft)"/>`,
  ].join("");
}
