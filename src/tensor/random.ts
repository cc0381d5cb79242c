import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { InputError } from "../errors.ts";

const TWO_POW_MINUS_32 = 2 ** -32;

/**
 * The one source of randomness of a run: initial weights, batches, prior samples, subsampling. Its state is four
 * integers that a checkpoint stores, so a resumed run draws what the uninterrupted one would have drawn.
 */
export class Random {
  #generator: RandomGenerator;

  private constructor(generator: RandomGenerator) {
    this.#generator = generator;
  }

  /** A generator that depends on the seed alone, an integer of 32 bits with or without sign. Throws InputError. */
  static fromSeed(seed: number): Random {
    if (!(Number.isInteger(seed) && seed >= -(2 ** 31) && seed < 2 ** 32)) {
      throw new InputError(`seed: expected a whole number from ${-(2 ** 31)} to ${2 ** 32 - 1}, got ${seed}`);
    }
    return new Random(xoroshiro128plus(seed));
  }

  /** Goes on where `state()` was taken. Throws InputError if `state` is not four integers. */
  static fromState(state: readonly number[]): Random {
    if (state.length !== 4 || !state.every(Number.isInteger)) {
      throw new InputError(`random state: expected 4 integers, got [${state.join(", ")}]`);
    }
    return new Random(xoroshiro128plusFromState(state));
  }

  /** Four integers from which `fromState` goes on. */
  state(): number[] {
    return [...this.#generator.getState()];
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.#generator.next() >>> 5;
    const low = this.#generator.next() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /** Uniform integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor((this.#generator.next() >>> 0) * TWO_POW_MINUS_32 * bound);
  }

  /** Standard normal (Box-Muller, one value a call so that the state alone says what comes next). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * Standard normal to two digits, from one draw: the sum of four uniform bytes (no value beyond 3.5). For noise that is
   * not looked at closely, at a tenth of the time of `normal`.
   */
  coarseNormal(): number {
    const word = this.#generator.next();
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
    return (sum - 510) / 147.8;
  }

  /** `count` values of `draw`, as float64. */
  fill(count: number, draw: () => number): Float64Array {
    return Float64Array.from({ length: count }, draw);
  }

  /** The integers 0..count-1 in random order (Fisher-Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }
}
