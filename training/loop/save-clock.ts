/** Time between two saves inside a step, in units of the time that the last one took. */
const SAVE_DISTANCE = 20;

/** Tells when a step that is still under way is to be saved. */
export class SaveClock {
  readonly #seconds: number;
  /** When the last save ended, and what it took, in milliseconds. */
  #last = { end: performance.now(), duration: 0 };

  /** @param seconds between saves at least; more where saving itself takes long */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Whether a step has been under way for so long that a kill would cost too much. */
  get isDue(): boolean {
    const { end, duration } = this.#last;
    return performance.now() - end > Math.max(1000 * this.#seconds, SAVE_DISTANCE * duration);
  }

  /** @param startedAt of the save that ends now */
  saved(startedAt: number): void {
    const end = performance.now();
    this.#last = { end, duration: end - startedAt };
  }
}
