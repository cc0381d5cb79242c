import { sharp } from "#platform/images";
import { InputError } from "../../errors.ts";
import { ndarray } from "../../tensor/ndarray.ts";
import { Random } from "../../tensor/random.ts";
import type { ImageDataset } from "../dataset.ts";
import type { DatasetEntry, DatasetOptions } from "../entry.ts";
import { parseSize, resizeArea, type ImageSize } from "../resize.ts";
import { drawFace } from "./drawing.ts";
import { mapPose, poseBetween, poseOf, type FacePose } from "./pose.ts";

/** Faces of a set. */
const COUNT = 20;
/** Pictures are drawn this many times larger and averaged down, so that a shift of a fraction of a pixel shows. */
const OVERSAMPLING = 4;
/** Standard deviation of the soft focus, in pixels of the result: a lens, too, keeps edges from being steps. Less on small pictures. */
const FOCUS = { deviation: 0.9, side: 64 } as const;
/** The least deviation that sharp's blur takes, in pixels of what is drawn. */
const MOST_SHARP = 0.3;
/** Pixels; larger pictures would take the rasteriser minutes and gigabytes. */
const LARGEST = 1024;

/**
 * Degrees that the head turns and nods to either side: of somebody who talks to the camera. Eyes and mouth go some 4 pixels of 64 to
 * either side by the turn, the nose 5, the outline of the head 1.
 */
const TURN = 12;
const NOD = 6;

/** Deviation of what each part does by itself: too little to be a motion of its own. */
const VARIATION: Partial<FacePose> = {
  tilt: 0.5,
  browInner: 0.3,
  browOuter: 0.3,
  eyeOpen: 0.05,
  gazeX: 0.3,
  gazeY: 0.2,
  mouthWidth: 0.2,
};

/** One drawn face in 20 poses. */
export const faces: DatasetEntry = {
  description: `one face, drawn in chalk by a program, in ${COUNT} poses, 64x64 gray; generated, needs no download`,
  load: async (options) => ({
    ...(await generateFaces("faces", 0, options)),
    unseen: () => generateUnseen(options),
  }),
};

/** The same face in other poses, for what was learned from `faces`. */
export const facesUnseen: DatasetEntry = {
  description: `the drawn face in ${COUNT} poses that faces does not have`,
  load: generateUnseen,
};

function generateUnseen(options: DatasetOptions): Promise<ImageDataset> {
  return generateFaces("faces-unseen", COUNT, options);
}

/**
 * Images [20, h, w] (64 x 64 unless `size` says otherwise) of whole gray values, bright lines on a dark board, named "face 1", ...
 * and labelled by where they look: "left", "ahead" or "right". The head turns and nods, the mouth opens and smiles, each evenly and
 * independently drawn, and small movements of other parts come along. The same seed gives the same images. Throws InputError for a size above 1024
 * pixels.
 *
 * @param first faces of the sequence that are left out
 */
async function generateFaces(
  name: string,
  first: number,
  { seed = 0, size = "64" }: DatasetOptions,
): Promise<ImageDataset> {
  const imageSize = parseSize(size);
  if (Math.max(...imageSize) > LARGEST)
    throw new InputError(`size: faces are drawn up to ${LARGEST} pixels, got ${size}`);
  const random = Random.fromSeed(seed);
  const sequence = Array.from({ length: first + COUNT }, () => randomPose(random));
  const poses = sequence.slice(first);
  const pixels = imageSize[0] * imageSize[1];
  const values = new Float64Array(COUNT * pixels);
  for (const [index, pose] of poses.entries()) values.set(await rasterise(pose, imageSize), index * pixels);
  return {
    kind: "images",
    name,
    values: ndarray(values, [COUNT, ...imageSize]),
    names: poses.map((_, index) => `face ${first + index + 1}`),
    labels: poses.map(({ turn }) => (Math.abs(turn) < TURN / 3 ? "ahead" : turn < 0 ? "left" : "right")),
    between: (from, to, share) => rasterise(poseBetween(poses[from], poses[to], share), imageSize),
  };
}

function randomPose(random: Random): FacePose {
  const even = (low: number, high: number) => low + (high - low) * random.uniform();
  const motion = { turn: even(-TURN, TURN), nod: even(-NOD, NOD), open: even(0, 1), smile: even(-1, 1) };
  return mapPose(poseOf(motion), (part, value) => value + (VARIATION[part] ?? 0) * random.normal());
}

async function rasterise(pose: FacePose, [height, width]: ImageSize): Promise<Float64Array> {
  const svg = drawFace(pose, width * OVERSAMPLING, height * OVERSAMPLING);
  const focus = FOCUS.deviation * Math.min(1, Math.min(width, height) / FOCUS.side);
  const { data, info } = await sharp(Buffer.from(svg))
    .blur(Math.max(MOST_SHARP, focus * OVERSAMPLING))
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const drawn = resizeArea(ndarray(new Uint8Array(data), [info.height, info.width]), [height, width]);
  return drawn.data.map(Math.round);
}
