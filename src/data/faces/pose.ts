/** Where the moving parts are. Lengths in hundredths of the picture; 0 everywhere (but sizes) is a face at rest, seen from the front. */
export interface FacePose {
  /** Shift of the whole head to the right, and down. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Size of the head; 1 fills the picture. */
  readonly scale: number;
  /** Turn of the head to the right of the picture, about the neck; nod, down; tilt to the right shoulder. Degrees. */
  readonly turn: number;
  readonly nod: number;
  readonly tilt: number;
  /** How far the brows rise at their inner and outer ends, and how far they draw together. */
  readonly browInner: number;
  readonly browOuter: number;
  readonly browSqueeze: number;
  /** Opening of the eyes: 0 closed, 1 at rest. */
  readonly eyeOpen: number;
  /** How far the lower lids rise. */
  readonly lowerLid: number;
  /** How far the upper lids sink at their inner (positive) or outer (negative) corner. */
  readonly lidSlant: number;
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
  /** How full the lips are; 1 is at rest. */
  readonly lipFullness: number;
  /** How much of the opening the upper teeth fill, 0..1. */
  readonly teeth: number;
  /** How far the chin sinks. */
  readonly chin: number;
  /** Depth of the folds from nose to mouth, between the brows and across the forehead, 0..1. */
  readonly smileFold: number;
  readonly frownFold: number;
  readonly foreheadFold: number;
}
