import { pause } from "../../event-loop.ts";

/**
 * A computation that pauses between its pieces, groups of data points of about `PIECE_SECONDS`: who draws them decides what
 * happens in between. The result does not depend on where the pauses fall.
 */
export type InPieces<R> = Generator<undefined, R, undefined>;

/** Short enough for an interrupt to be heard, long enough for a pause to cost nothing. */
export const PIECE_SECONDS = 0.5;

/** A computation without a pause, done when it is drawn. */
export function* inOnePiece<R>(compute: () => R): InPieces<R> {
  return compute();
}

/** All pieces, one after the other. */
export function atOnce<R>(pieces: InPieces<R>): R {
  for (;;) {
    const piece = pieces.next();
    if (piece.done) return piece.value;
  }
}

/** All pieces, with a turn of the event loop between them. Throws the reason of `signal` once that is aborted. */
export async function withPauses<R>(pieces: InPieces<R>, signal?: AbortSignal): Promise<R> {
  try {
    for (;;) {
      const piece = pieces.next();
      if (piece.done) return piece.value;
      await pause(signal);
    }
  } finally {
    pieces.return?.(undefined as never); // gives back what an abandoned computation holds
  }
}
