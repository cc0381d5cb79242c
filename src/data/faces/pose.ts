/** Where the moving parts are. Lengths in hundredths of the picture; 0 everywhere (but sizes) is a face at rest, seen from the front. */
export interface FacePose {
  /** Turn of the head to the right of the picture, about the neck; nod, down; tilt to the right shoulder. Degrees. */
  readonly turn: number;
  readonly nod: number;
  readonly tilt: number;
  /** How far the brows rise at their inner and outer ends. */
  readonly browInner: number;
  readonly browOuter: number;
  /** Opening of the eyes: 0 closed, 1 at rest. */
  readonly eyeOpen: number;
  /** How far the lower lids rise. */
  readonly lowerLid: number;
  /** Gaze to the right, and down. */
  readonly gazeX: number;
  readonly gazeY: number;
  /** Half the distance between the corners of the mouth, and how far they rise above its middle. */
  readonly mouthWidth: number;
  readonly mouthCorner: number;
  /** Shape of the opening: 0 an almond, 1 nearly an ellipse. */
  readonly mouthRound: number;
  /** How far the upper lip rises and the lower lip sinks at the middle: the opening of the mouth. */
  readonly upperLip: number;
  readonly lowerLip: number;
  /** How far the chin sinks. */
  readonly chin: number;
}

/** At rest: the mouth closed, the eyes open and ahead. */
export const AT_REST: FacePose = {
  turn: 0,
  nod: 0,
  tilt: 0,
  browInner: 0,
  browOuter: 0,
  eyeOpen: 1,
  lowerLid: 0,
  gazeX: 0,
  gazeY: 0,
  mouthWidth: 9.5,
  mouthCorner: 0.2,
  mouthRound: 0.1,
  upperLip: 0,
  lowerLip: 0.2,
  chin: 0,
};

/** What a face does, in the four ways in which faces move most. */
export interface Motion {
  /** Turn of the head to the right of the picture, and nod, down. Degrees. */
  readonly turn: number;
  readonly nod: number;
  /** Opening of the mouth: 0 closed, 1 wide, as in surprise. */
  readonly open: number;
  /** From -1, downcast, to 1, a broad smile. */
  readonly smile: number;
}

/** What a wide open mouth brings along: the jaw falls, the lips round, the brows and the lids rise. */
const OPEN: Partial<FacePose> = {
  browInner: 4.4,
  browOuter: 4,
  eyeOpen: 1.22,
  lowerLid: -0.5,
  mouthWidth: 6.6,
  mouthRound: 0.75,
  upperLip: 2.6,
  lowerLip: 6.4,
  chin: 3,
};

/** What a smile brings along: the corners of the mouth go up and apart, the cheeks lift the lower lids. */
const SMILE: Partial<FacePose> = {
  browOuter: 0.6,
  eyeOpen: 0.92,
  lowerLid: 1.2,
  mouthWidth: 12.6,
  mouthCorner: 3.2,
  lowerLip: 1.4,
};

/** The opposite: the corners go down, the inner ends of the brows up, the gaze falls. */
const DOWNCAST: Partial<FacePose> = {
  browInner: 3.2,
  browOuter: -1.4,
  eyeOpen: 0.88,
  gazeY: 0.8,
  mouthWidth: 8.8,
  mouthCorner: -2.8,
};

/** Hundredths of the picture that the gaze goes ahead of the head, for each degree of a turn. */
const GAZE_LEADS = 0.06;

/** The pose of a motion: what it changes at rest, added up. */
export function poseOf({ turn, nod, open, smile }: Motion): FacePose {
  const parts: readonly (readonly [share: number, pose: Partial<FacePose>])[] = [
    [open, OPEN],
    [Math.max(0, smile), SMILE],
    [Math.max(0, -smile), DOWNCAST],
  ];
  const pose = mapPose(AT_REST, (part, rest) => {
    return parts.reduce((value, [share, moved]) => value + share * ((moved[part] ?? rest) - rest), rest);
  });
  return { ...pose, turn, nod, gazeX: GAZE_LEADS * turn };
}

/** The pose on the way from one to another: each part on its straight line. */
export function poseBetween(from: FacePose, to: FacePose, share: number): FacePose {
  return mapPose(from, (part, value) => (1 - share) * value + share * to[part]);
}

/** A pose made part by part. */
export function mapPose(pose: FacePose, change: (part: keyof FacePose, value: number) => number): FacePose {
  const parts = Object.keys(pose) as (keyof FacePose)[];
  return Object.fromEntries(parts.map((part) => [part, change(part, pose[part])])) as unknown as FacePose;
}
