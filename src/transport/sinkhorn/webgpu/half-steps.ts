import * as tf from "@tensorflow/tfjs-core";
import { logSum } from "../../../webgpu/costs/log-sum.ts";
import type { CostSource } from "../../../webgpu/costs/source.ts";
import { allocate, asTensor } from "../../../webgpu/launch.ts";
import { translate } from "../../../webgpu/sinkhorn/translation.ts";
import { violations } from "../../../webgpu/sinkhorn/violation.ts";
import { LOG_ZERO } from "../../../geometry/log-sum.ts";
import { hasMass, logMasses, withMasses } from "../../histograms.ts";
import type { SinkhornBatch, TensorKlPotentials, TensorPotentials } from "../engine.ts";
import { marginalPenalty, type MarginalPenalty, type Sides } from "../rho.ts";

/** A side's masses and variable, and the buffer that its next half step writes. */
interface Side {
  readonly masses: tf.Tensor;
  readonly logMasses: tf.Tensor;
  readonly tau: number;
  /** Of lambda; negative for the second side. */
  readonly pull: number;
  now: tf.Tensor;
  spare: tf.Tensor;
}

/**
 * A batch on the device: the variables fKL / epsilon [..., n] and gKL / epsilon [..., m], and what updates them, each an update by one
 * pass over the costs. Two buffers a side, so that iterations allocate nothing. Unbalanced, lambda [pairs] in cost units goes beside
 * them as in `SinkhornSteps`. Both variables begin as zero. Dispose after use.
 */
export class DeviceHalfSteps {
  readonly #source: CostSource;
  readonly #epsilon: number;
  readonly #penalty: MarginalPenalty | undefined;
  readonly #first: Side;
  readonly #second: Side;
  #lambda: tf.Tensor | undefined;

  constructor(source: CostSource, epsilon: number, { a, b }: SinkhornBatch, rho: Sides | undefined) {
    const penalty = marginalPenalty(rho, epsilon);
    this.#source = source;
    this.#epsilon = epsilon;
    this.#penalty = penalty;
    this.#first = sideOf(a, penalty?.tau.a ?? 1, penalty?.pull.a ?? 0);
    this.#second = sideOf(b, penalty?.tau.b ?? 1, -(penalty?.pull.b ?? 0));
    if (penalty) this.#lambda = tf.keep(tf.zeros([a.size / a.shape.at(-1)!]));
  }

  /** Starts from the potential g [..., m] in cost units, which is not looked at where b has no mass. */
  begin(g: tf.Tensor): void {
    const { masses, logMasses: logB } = this.#second;
    const [variable, lambda] = tf.tidy(() => {
      const masked = (values: tf.Tensor, other: number): tf.Tensor =>
        tf.where(hasMass(masses), values, tf.fill(values.shape, other));
      // what g has in common is lambda's
      const top = this.#penalty ? tf.max(masked(g, LOG_ZERO), -1, true) : tf.zeros([...g.shape.slice(0, -1), 1]);
      const logScaling = tf.div(tf.sub(g, top), this.#epsilon);
      return [tf.keep(masked(tf.sub(logScaling, logB), 0)), tf.keep(tf.neg(tf.reshape(top, [-1])))];
    });
    this.#second.now.dispose();
    this.#second.now = variable;
    this.#lambda?.dispose();
    if (this.#penalty) this.#lambda = lambda;
    else lambda.dispose();
  }

  /** before^(1 - omega) after^omega of the scalings. */
  updateFirst(omega: number): void {
    this.#write(this.#first, this.#second, omega);
    swap(this.#first);
  }

  updateSecond(omega: number): void {
    this.#write(this.#second, this.#first, omega);
    swap(this.#second);
  }

  /** f <- (f + T f) / 2, of the problem (a, a). */
  average(): void {
    this.#write(this.#first, this.#first, 0.5);
    swap(this.#first);
  }

  /** The best lambda of unbalanced problems. */
  translate(): void {
    if (!this.#penalty) return;
    const [first, second] = [this.#first, this.#second];
    translate({
      a: first.masses,
      b: second.masses,
      first: first.now,
      second: second.now,
      lambda: this.#lambda!,
      share: this.#penalty.share,
      harmonic: this.#penalty.harmonic,
    });
  }

  /** Of each pair [pairs], as `SinkhornSteps.violation`. What `updateFirst(1)` would make stays in the other buffer, for `follow`. */
  violation(): tf.Tensor {
    this.#write(this.#first, this.#second, 1);
    const { masses, now, spare } = this.#first;
    return violations(masses, now, spare, this.#penalty !== undefined);
  }

  /** `updateFirst` after `violation`. */
  follow(omega: number): void {
    const first = this.#first;
    if (omega === 1) return swap(first);
    const relaxed = tf.tidy(() => tf.keep(tf.add(tf.mul(first.now, 1 - omega), tf.mul(first.spare, omega))));
    first.now.dispose();
    first.now = relaxed;
  }

  /** fKL and gKL in cost units; the caller owns them. */
  klPotentials(): TensorKlPotentials {
    const inCosts = ({ now }: Side, sign: 1 | -1): tf.Tensor => {
      const potential = tf.mul(now, this.#epsilon);
      if (!this.#lambda) return potential;
      return tf.add(potential, tf.reshape(tf.mul(this.#lambda, sign), [...now.shape.slice(0, -1), 1]));
    };
    const [fKL, gKL] = tf.tidy(() => [inCosts(this.#first, 1), inCosts(this.#second, -1)]);
    return { fKL, gKL };
  }

  /** f and g in cost units; the caller owns them. */
  potentials(): TensorPotentials {
    const [f, g] = tf.tidy(() => {
      const { fKL, gKL } = this.klPotentials();
      return [withMasses(fKL, this.#first.masses, this.#epsilon), withMasses(gKL, this.#second.masses, this.#epsilon)];
    });
    return { f, g };
  }

  dispose(): void {
    for (const { logMasses, now, spare } of [this.#first, this.#second]) tf.dispose([logMasses, now, spare]);
    this.#lambda?.dispose();
  }

  /** What follows for one side from another, into its spare buffer. */
  #write(side: Side, from: Side, omega: number): void {
    logSum(this.#source, {
      transposed: side === this.#second,
      terms: from.now,
      logMasses: from.logMasses,
      before: side.now,
      ofPair: this.#lambda,
      scalars: {
        factor: 1 / this.#epsilon,
        gain: -omega * side.tau,
        keep: 1 - omega,
        pull: -omega * side.pull,
      },
      result: side.spare,
    });
  }
}

function sideOf(masses: tf.Tensor, tau: number, pull: number): Side {
  return {
    masses,
    logMasses: tf.keep(logMasses(masses)),
    tau,
    pull,
    now: tf.keep(tf.zeros(masses.shape)),
    spare: tf.keep(asTensor(allocate(masses.shape))),
  };
}

function swap(side: Side): void {
  [side.now, side.spare] = [side.spare, side.now];
}
