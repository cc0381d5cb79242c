import type { Head } from "./head.ts";
import type { FacePose } from "./pose.ts";
import { gray, n, SIDES, type Side } from "./svg.ts";

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
export function folds({ skin }: Head, pose: FacePose): string {
  const { smileFold, frownFold, foreheadFold, browInner, chin } = pose;
  const line = (d: string, strength: number, width: number): string =>
    strength <= 0.02
      ? ""
      : `<path d="${d}" stroke="${gray(TONE.fold)}" stroke-width="${width}" stroke-linecap="round" fill="none" opacity="${n(Math.min(1, strength))}" filter="url(#soft)"/>`;
  const browY = BROW.y - browInner;
  const across = (y: number, reach: number) =>
    line(`M ${skin(-reach, y)} Q ${skin(0, y - 2.2)} ${skin(reach, y)}`, foreheadFold * 0.6, 1);
  return [
    ...SIDES.map((side) =>
      line(
        `M ${skin(side * 9, 64)} Q ${skin(side * 15.5, 67)} ${skin(side * 17.6, 73.5 + chin)}`,
        smileFold,
        1,
      ),
    ),
    ...SIDES.map((side) =>
      line(
        `M ${skin(side * 1.9, browY + 2.6)} Q ${skin(side * 1.3, browY - 0.8)} ${skin(side * 2.2, browY - 3.6)}`,
        frownFold,
        1.2,
      ),
    ),
    across(26.6, 12),
    across(30.4, 10),
  ].join("");
}

/** The bridge lies on the face; the tip stands out of it, and so moves farthest. */
export function nose({ skin, spot }: Head): string {
  const [wing, tip] = [4, 9];
  return [
    `<path d="M ${skin(-3.4, 42, 2)} C ${skin(-3, 52, 5)} ${skin(-4.6, 57, wing)} ${skin(-6.8, 62, wing)} C ${skin(-4.5, 65, wing)} ${skin(-2, 65.4, tip)} ${skin(0, 65.4, tip)} L ${skin(-1, 50, 7)} Z" fill="${gray(178)}" opacity="0.6" filter="url(#softer)"/>`,
    `<path d="M ${skin(-4.4, 64.6, 5)} Q ${skin(-2.6, 64, 6)} ${skin(-1.4, 65.2, 7)} Q ${skin(0, 66.2, 8)} ${skin(1.4, 65.2, 7)} Q ${skin(2.6, 64, 6)} ${skin(4.4, 64.6, 5)}" stroke="${gray(112)}" stroke-width="0.9" stroke-linecap="round" fill="none"/>`,
    SIDES.map(
      (side) =>
        `<path d="M ${skin(side * 6, 60.8, wing)} Q ${skin(side * 7.2, 63.4, wing)} ${skin(side * 5.4, 64.8, wing)}" stroke="${gray(160)}" stroke-width="0.9" stroke-linecap="round" fill="none"/>` +
        spot(side * 3.3, 64.6, [1.4, 0.75], `fill="${gray(84)}"`, 6),
    ).join(""),
    spot(-0.8, 60, [1.5, 2.4], `fill="${gray(255)}" opacity="0.75" filter="url(#soft)"`, tip),
  ].join("");
}

export function eye({ skin, spot }: Head, side: Side, pose: FacePose): string {
  const { eyeOpen, lowerLid, lidSlant, gazeX, gazeY } = pose;
  const inner = EYE.x - EYE.halfWidth;
  const outer = EYE.x + EYE.halfWidth;
  const innerY = EYE.y + 1.2;
  const outerY = EYE.y + 0.2;
  const pull = 1.35; // control points lie a third beyond the curve they pull
  const bottom = (EYE.lower - lowerLid) * pull;
  const top = (EYE.upper + EYE.lower) * pull * eyeOpen - EYE.lower * pull; // a closing lid goes down to the lower one
  const on = (x: number, y: number) => skin(side * x, y);
  const innerTop = EYE.y - top + Math.max(0, lidSlant);
  const outerTop = EYE.y - top + Math.max(0, -lidSlant);
  const upper = `C ${on(inner + 3, innerTop)} ${on(outer - 3.6, outerTop)} ${on(outer, outerY)}`;
  const lower = `C ${on(outer - 3, EYE.y + bottom)} ${on(inner + 3, EYE.y + bottom)} ${on(inner, innerY)}`;
  const start = `M ${on(inner, innerY)}`;
  const clip = `eye${side < 0 ? "Left" : "Right"}`;
  const [irisX, irisY] = [side * EYE.x + gazeX, EYE.y - 0.4 + gazeY];
  return [
    // the hollow of the eye and the crease above it
    spot(side * EYE.x, EYE.y - 2, [9.5, 6], `fill="${gray(198)}" opacity="0.6" filter="url(#softer)"`),
    `<path d="M ${on(inner + 1, EYE.y - top * 0.75 - 1.4)} Q ${on(EYE.x, EYE.y - top - 3)} ${on(outer + 0.6, EYE.y - top * 0.6 - 0.6)}" stroke="${gray(150)}" stroke-width="0.8" fill="none" opacity="0.8"/>`,
    `<clipPath id="${clip}"><path d="${start} ${upper} ${lower} Z"/></clipPath>`,
    `<g clip-path="url(#${clip})">`,
    spot(side * EYE.x, EYE.y, [14, 14], `fill="${gray(250)}"`),
    spot(irisX, irisY, [EYE.iris, EYE.iris], `fill="url(#iris)"`),
    spot(irisX, irisY, [1.9, 1.9], `fill="${gray(8)}"`),
    // the lid's shadow on the eye
    `<path d="${start} ${upper}" stroke="${gray(60)}" stroke-width="2.6" fill="none" opacity="0.35" filter="url(#soft)"/>`,
    spot(irisX - 1.3, irisY - 1.4, [1, 1], `fill="${gray(255)}"`),
    "</g>",
    `<path d="M ${on(outer, outerY)} ${lower}" stroke="${gray(128)}" stroke-width="0.8" fill="none"/>`,
    `<path d="${start} ${upper} L ${on(outer + 1.4, outerY - 0.9)}" stroke="${gray(TONE.ink)}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" fill="none"/>`,
  ].join("");
}

/** A tapered stroke from a full inner end to a thin outer one. */
export function brow({ skin }: Head, side: Side, { browInner, browOuter, browSqueeze }: FacePose): string {
  const inner = BROW.inner - browSqueeze;
  const middle = BROW.middle - browSqueeze * 0.5;
  const innerY = BROW.y + 0.6 - browInner;
  const middleY = BROW.y - 3.6 - (browInner + browOuter) / 2;
  const outerY = BROW.y + 1.2 - browOuter;
  const on = (x: number, y: number) => skin(side * x, y, 1);
  const d =
    `M ${on(inner, innerY - 1.5)} Q ${on(middle, middleY - 1.5)} ${on(BROW.outer, outerY)} ` +
    `Q ${on(middle, middleY + 1.9)} ${on(inner, innerY + 1.5)} Q ${on(inner - 0.9, innerY)} ${on(inner, innerY - 1.5)} Z`;
  return `<path d="${d}" fill="${gray(TONE.ink)}" stroke="${gray(TONE.ink)}" stroke-width="0.4" stroke-linejoin="round"/>`;
}

export function mouth({ skin, spot }: Head, pose: FacePose): string {
  const { mouthWidth: w, mouthCorner, mouthRound, upperLip, lowerLip, lipFullness, teeth, chin } = pose;
  const y = MOUTH_Y + chin * 0.35;
  const cornerY = y - mouthCorner;
  const top = y - upperLip; // lower edge of the upper lip, at the middle
  const bottom = y + lowerLip; // upper edge of the lower lip
  const on = (x: number, height: number) => skin(x, height, 1);
  const corner = (side: Side) => on(side * w, cornerY);
  // from corner to corner through the middle; the rounder, the steeper at the corners
  const reach = w * (1 / 3 + 0.6 * mouthRound);
  const across = (middle: number, to: Side): string => {
    const controlY = (4 * middle - cornerY) / 3;
    return `C ${on(-to * reach, controlY)} ${on(to * reach, controlY)} ${corner(to)}`;
  };
  const opening = `M ${corner(-1)} ${across(top, 1)} ${across(bottom, -1)} Z`;
  const bow = top - 2.4 * lipFullness; // upper edge of the upper lip
  const full = bottom + 4 * lipFullness; // lower edge of the lower lip
  const bowX = Math.min(2.4, w * 0.3);
  const shoulder = (side: Side) => on(side * Math.max(reach, w * 0.55), (cornerY + 3 * bow) / 4 - 0.6);
  const upper =
    `M ${corner(-1)} C ${shoulder(-1)} ${on(-w * 0.4, bow - 0.6)} ${on(-bowX, bow - 0.4)} Q ${on(0, bow + 1.1)} ${on(bowX, bow - 0.4)} ` +
    `C ${on(w * 0.4, bow - 0.6)} ${shoulder(1)} ${corner(1)} ${across(top, -1)} Z`;
  const lower = `M ${corner(-1)} ${across(bottom, 1)} ${across(full, -1)} Z`;
  const gap = bottom - top;
  const biting = `M ${corner(-1)} ${across(top + gap * teeth, 1)} L ${on(w, top - 9)} L ${on(-w, top - 9)} Z`;
  return [
    spot(0, full + 2.2, [w * 0.6, 1.3], `fill="${gray(150)}" opacity="0.6" filter="url(#softer)"`),
    `<path d="${lower}" fill="url(#lip)"/><path d="${upper}" fill="${gray(TONE.lip)}"/>`,
    `<clipPath id="opening"><path d="${opening}"/></clipPath>`,
    `<path d="${opening}" fill="${gray(TONE.mouth)}"/>`,
    `<g clip-path="url(#opening)">`,
    gap > 0 ? spot(0, bottom + 0.8, [w * 0.6, gap * 0.33], `fill="${gray(112)}"`, 1) : "",
    teeth > 0 ? `<path d="${biting}" fill="${gray(250)}"/>` : "",
    "</g>",
    `<path d="M ${corner(-1)} ${across(top, 1)}" stroke="${gray(TONE.ink + 20)}" stroke-width="1.3" stroke-linecap="round" fill="none"/>`,
    spot(-1, bottom + 1.9 * lipFullness, [w * 0.3, 0.7], `fill="${gray(235)}" opacity="0.6" filter="url(#soft)"`, 1),
  ].join("");
}
