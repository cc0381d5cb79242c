/** The scalings (or log-scalings) of one data point, an array [M] (a) and one [N] (b) an atom, and where they are debiased D [N]. */
export interface Scalings {
  readonly a: readonly Float64Array[];
  readonly b: readonly Float64Array[];
  readonly debias: Float64Array | undefined;
}

/** What one iteration leaves for the adjoint, for each atom c = K b and a [M], phi = K^T a and the new b [N]; and K D, D the old one. */
export interface Iteration extends Scalings {
  readonly debiasProduct: Float64Array | undefined;
  readonly c: readonly Float64Array[];
  readonly phi: readonly Float64Array[];
  /** The same arrays as `phi` where that is a logarithm already. */
  readonly logPhi: readonly Float64Array[];
}

export interface TrajectorySize {
  readonly iterations: number;
  readonly atoms: number;
  /** N of the barycenter and M of the atoms. */
  readonly points: number;
  readonly atomPoints: number;
  /** With D. */
  readonly debiased: boolean;
  /** Keep log phi beside phi. */
  readonly separateLogPhi: boolean;
  /** Bytes beyond which iterations are recomputed rather than kept. */
  readonly byteLimit: number;
}

/** Writes the iteration that follows `from` into `to`. False gives up; `end` takes what was before for the end. */
type Advance = (from: Scalings, to: Iteration, index: number) => boolean | "end";
type Visit = (from: Scalings, iteration: Iteration, index: number) => void;

/**
 * The iterations of one data point, kept for the reverse pass. With F = 5 S arrays an iteration (4 S in the log domain; 2 more
 * where debiased) they take 8 F L N bytes; above `byteLimit` only the R = 2 S scalings (1 more) at the starts of segments of
 * sqrt(R L / F) iterations are kept, and each segment is computed a second time on the way back: 8 N (F k + R L / k) bytes with
 * segments of length k, for one more forward pass.
 *
 * Iteration 0 has its own place, which no other iteration overwrites: from a cold start its c, a and phi do not depend on
 * the weights, so one computation serves all data points.
 */
export class Trajectory {
  /** The scalings before iteration 0. The caller fills them. */
  readonly start: Scalings;
  readonly #iterations: number;
  #done: number;
  readonly #segment: number;
  readonly #first: Iteration;
  readonly #kept: readonly Iteration[];
  readonly #checkpoints: readonly Scalings[];

  constructor(size: TrajectorySize) {
    const { iterations, atoms, points, atomPoints, debiased, separateLogPhi } = size;
    const arrays = (length: number) => Array.from({ length: atoms }, () => new Float64Array(length));
    const ofBarycenter = () => (debiased ? new Float64Array(points) : undefined);
    const scalings = (): Scalings => ({ a: arrays(atomPoints), b: arrays(points), debias: ofBarycenter() });
    const iteration = (): Iteration => {
      const phi = arrays(points);
      const logPhi = separateLogPhi ? arrays(points) : phi;
      return { ...scalings(), c: arrays(atomPoints), phi, logPhi, debiasProduct: ofBarycenter() };
    };
    this.#iterations = iterations;
    this.#done = iterations;
    this.#segment = segmentOf(size);
    this.#first = iteration();
    this.#kept = Array.from({ length: Math.min(this.#segment, iterations - 1) }, iteration);
    this.start = scalings();
    const segments = Math.ceil(iterations / this.#segment);
    this.#checkpoints = [this.start, ...Array.from({ length: segments - 1 }, scalings)];
  }

  /** What one takes, in bytes. */
  static bytes(size: TrajectorySize): number {
    const segment = segmentOf(size);
    const segments = Math.ceil(size.iterations / segment);
    return bytesOfArray(size) * (arraysOf(size) * (segment + 1) + carriedOf(size) * segments);
  }

  /** The last iteration after `run`. */
  get last(): Iteration {
    return this.#at(this.#done - 1);
  }

  /** Iterations that `run` carried out. */
  get done(): number {
    return this.#done;
  }

  /** Carries out all iterations from `start`, or until one says that the one before was the last; false if one gave up. */
  run(advance: Advance): boolean {
    this.#done = this.#iterations;
    for (let segment = 0; segment < this.#checkpoints.length; segment++) {
      if (!this.#runSegment(segment, advance)) return false;
      if (this.#done < this.#iterations) return true;
      if (segment + 1 < this.#checkpoints.length) {
        copyScalings(this.#at((segment + 1) * this.#segment - 1), this.#checkpoints[segment + 1]);
      }
    }
    return true;
  }

  /** Visits all iterations from the last to the first, after `run`. */
  unwind(advance: Advance, visit: Visit): void {
    for (let segment = this.#checkpoints.length - 1; segment >= 0; segment--) {
      if (segment + 1 < this.#checkpoints.length) this.#runSegment(segment, advance);
      const begin = segment * this.#segment;
      for (let index = this.#end(segment) - 1; index >= begin; index--) {
        visit(this.#before(index), this.#at(index), index);
      }
    }
  }

  #runSegment(segment: number, advance: Advance): boolean {
    for (let index = segment * this.#segment; index < this.#end(segment); index++) {
      const went = advance(this.#before(index), this.#at(index), index);
      if (went === "end") this.#done = index;
      if (went !== true) return went === "end";
    }
    return true;
  }

  #end(segment: number): number {
    return Math.min((segment + 1) * this.#segment, this.#iterations);
  }

  #at(index: number): Iteration {
    return index === 0 ? this.#first : this.#kept[(index - 1) % this.#kept.length];
  }

  #before(index: number): Scalings {
    return index % this.#segment === 0 ? this.#checkpoints[index / this.#segment] : this.#at(index - 1);
  }
}

/** Arrays of an iteration. */
function arraysOf({ atoms, separateLogPhi, debiased }: TrajectorySize): number {
  return (separateLogPhi ? 5 : 4) * atoms + (debiased ? 2 : 0);
}

/** Arrays of the scalings that an iteration starts from. */
function carriedOf({ atoms, debiased }: TrajectorySize): number {
  return 2 * atoms + (debiased ? 1 : 0);
}

function bytesOfArray({ points, atomPoints }: TrajectorySize): number {
  return 8 * Math.max(points, atomPoints);
}

/** Iterations that are kept at a time: all, or those of a segment. */
function segmentOf(size: TrajectorySize): number {
  const { iterations, byteLimit } = size;
  const arrays = arraysOf(size);
  const bytes = bytesOfArray(size) * arrays * iterations;
  return bytes <= byteLimit ? iterations : Math.ceil(Math.sqrt((carriedOf(size) * iterations) / arrays));
}

function copyScalings(from: Scalings, to: Scalings): void {
  from.a.forEach((values, s) => to.a[s].set(values));
  from.b.forEach((values, s) => to.b[s].set(values));
  if (from.debias) to.debias!.set(from.debias);
}
