import { sharp } from "#platform/images";
import { InputError } from "../../errors.ts";
import { ndarray } from "../../tensor/ndarray.ts";
import { Random } from "../../tensor/random.ts";
import type { ImageDataset } from "../dataset.ts";
import type { DatasetEntry, DatasetOptions } from "../entry.ts";
import { parseSize, resizeArea, type ImageSize } from "../resize.ts";
import { drawFace } from "./drawing.ts";
import type { FacePose } from "./pose.ts";

/** Pictures are drawn this many times larger and averaged down, so that a shift of a fraction of a pixel shows. */
const OVERSAMPLING = 4;
/** Standard deviation of the soft focus, in pixels of the result: a lens, too, keeps edges from being steps. */
const FOCUS = 0.9;
/** How strong the expression is in each take: from subdued to exaggerated. */
const STRENGTHS = [0.7, 0.85, 1, 1.15];
/** Pixels; larger pictures would take the rasteriser minutes and gigabytes. */
const LARGEST = 1024;

/** One drawn face with 5 expressions, 4 takes of each. */
export const faces: DatasetEntry = {
  description: "one drawn face, 5 expressions x 4 takes, 64x64 gray; generated, needs no download",
  load: generateFaces,
};

const AT_REST: FacePose = {
  shiftX: 0,
  shiftY: 0,
  scale: 0.93,
  turn: 0,
  nod: 0,
  tilt: 0,
  browInner: 0,
  browOuter: 0,
  browSqueeze: 0,
  eyeOpen: 1,
  lowerLid: 0,
  lidSlant: 0,
  gazeX: 0,
  gazeY: 0,
  mouthWidth: 9.5,
  mouthCorner: 0.2,
  mouthRound: 0.1,
  upperLip: 0,
  lowerLip: 0.2,
  lipFullness: 1,
  teeth: 0,
  chin: 0,
  smileFold: 0,
  frownFold: 0,
  foreheadFold: 0,
};

/** What an expression changes on the face at rest. */
const EXPRESSIONS: Readonly<Record<string, Partial<FacePose>>> = {
  neutral: {},
  happy: {
    browInner: 0.8,
    browOuter: 1.2,
    eyeOpen: 0.86,
    lowerLid: 1.3,
    mouthWidth: 13.2,
    mouthCorner: 3.2,
    mouthRound: 0.25,
    upperLip: -0.9,
    lowerLip: 5.4,
    lipFullness: 0.7,
    teeth: 0.72,
    chin: 0.8,
    smileFold: 0.6,
  },
  sad: {
    browInner: 4,
    browOuter: -1.8,
    browSqueeze: 0.6,
    eyeOpen: 0.8,
    lidSlant: -1.8,
    gazeY: 0.8,
    mouthWidth: 8.6,
    mouthCorner: -3.2,
    lowerLip: 0.2,
    lipFullness: 1.05,
    foreheadFold: 0.3,
  },
  surprised: {
    browInner: 5,
    browOuter: 4.6,
    eyeOpen: 1.42,
    lowerLid: -0.7,
    mouthWidth: 6.4,
    mouthCorner: -1,
    mouthRound: 0.75,
    upperLip: 3,
    lowerLip: 6.6,
    lipFullness: 0.8,
    chin: 3,
    foreheadFold: 0.7,
  },
  angry: {
    browInner: -4.2,
    browOuter: 1.6,
    browSqueeze: 1.6,
    eyeOpen: 0.86,
    lowerLid: 0.7,
    lidSlant: 3,
    mouthWidth: 9.4,
    mouthCorner: -2,
    upperLip: 0.3,
    lowerLip: 0.3,
    lipFullness: 0.7,
    frownFold: 0.9,
  },
};

/** Deviation of what chance adds to each take. Small against the expressions: takes of one differ less than two of them. */
const VARIATION: Partial<FacePose> = {
  shiftX: 0.1,
  shiftY: 0.1,
  scale: 0.001,
  tilt: 0.1,
  browInner: 0.2,
  browOuter: 0.2,
  eyeOpen: 0.02,
  gazeX: 0.3,
  gazeY: 0.1,
  mouthWidth: 0.2,
  mouthCorner: 0.15,
  upperLip: 0.1,
  lowerLip: 0.15,
};

/**
 * Images [20, h, w] (64 x 64 unless `size` says otherwise) of whole gray values, dark features on bright skin, named
 * "happy 2" and labelled "happy". The takes of an expression follow it from subdued to exaggerated, and differ by
 * small movements of the head, the brows, the gaze and the mouth. The same seed gives the same images. Throws InputError for a size above
 * 1024 pixels.
 */
async function generateFaces({ seed = 0, size = "64" }: DatasetOptions): Promise<ImageDataset> {
  const imageSize = parseSize(size);
  if (Math.max(...imageSize) > LARGEST)
    throw new InputError(`size: faces are drawn up to ${LARGEST} pixels, got ${size}`);
  const random = Random.fromSeed(seed);
  const takes = Object.keys(EXPRESSIONS).flatMap((label) =>
    STRENGTHS.map((_, take) => ({ label, name: `${label} ${take + 1}`, pose: varied(label, STRENGTHS[take], random) })),
  );
  const pixels = imageSize[0] * imageSize[1];
  const values = new Float64Array(takes.length * pixels);
  for (const [index, { pose }] of takes.entries()) values.set(await rasterise(pose, imageSize), index * pixels);
  return {
    kind: "images",
    name: "faces",
    values: ndarray(values, [takes.length, ...imageSize]),
    names: takes.map(({ name }) => name),
    labels: takes.map(({ label }) => label),
  };
}

/** One take: the face at rest, moved towards the expression, and every moving part a little. */
function varied(label: string, strength: number, random: Random): FacePose {
  const expression = EXPRESSIONS[label];
  const entries = (Object.keys(AT_REST) as (keyof FacePose)[]).map((part) => {
    const rest = AT_REST[part];
    const moved = rest + strength * ((expression[part] ?? rest) - rest);
    return [part, moved + (VARIATION[part] ?? 0) * random.normal()];
  });
  return Object.fromEntries(entries) as FacePose;
}

async function rasterise(pose: FacePose, [height, width]: ImageSize): Promise<Float64Array> {
  const svg = drawFace(pose, width * OVERSAMPLING, height * OVERSAMPLING);
  const { data, info } = await sharp(Buffer.from(svg))
    .blur(FOCUS * OVERSAMPLING)
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const drawn = resizeArea(ndarray(new Uint8Array(data), [info.height, info.width]), [height, width]);
  return drawn.data.map(Math.round);
}
