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

/** A side's variable, and the buffer that its next half step writes. */
interface Variable {
  now: tf.Tensor;
  spare: tf.Tensor;
}

/**
 * A batch on the device: the variables fKL / epsilon [..., n] and gKL / epsilon [..., m], and what updates them, each an update by one
 * pass over the costs. Two buffers a side, so that iterations allocate nothing. Unbalanced, lambda [pairs] in cost units goes beside
 * them as in `SinkhornSteps`. Both variables begin as zero. Dispose after use.
 */
export class DeviceHalfSteps {
  private readonly first: Variable;
  private readonly second: Variable;
  private readonly logA: tf.Tensor;
  private readonly logB: tf.Tensor;
  private readonly penalty: MarginalPenalty | undefined;
  private lambda: tf.Tensor | undefined;

  constructor(
    private readonly source: CostSource,
    private readonly epsilon: number,
    private readonly batch: SinkhornBatch,
    rho: Sides | undefined,
  ) {
    const { a, b } = batch;
    this.penalty = marginalPenalty(rho, epsilon);
    [this.first, this.second] = [variableLike(a), variableLike(b)];
    [this.logA, this.logB] = [a, b].map((masses) => tf.keep(logMasses(masses)));
    if (this.penalty) this.lambda = tf.keep(tf.zeros([a.size / a.shape.at(-1)!]));
  }

  /** The second variable of a potential g [..., m] in cost units, which is not looked at where b has no mass, and lambda. */
  begin(g: tf.Tensor): void {
    const { batch, logB, epsilon, penalty } = this;
    const [variable, lambda] = tf.tidy(() => {
      const masked = (values: tf.Tensor, other: number): tf.Tensor =>
        tf.where(hasMass(batch.b), values, tf.fill(values.shape, other));
      // without it the constant of g would be in both variables
      const top = penalty ? tf.max(masked(g, LOG_ZERO), -1, true) : tf.zeros([...g.shape.slice(0, -1), 1]);
      const logScaling = tf.sub(tf.div(tf.sub(g, top), epsilon), logB);
      return [tf.keep(masked(logScaling, 0)), tf.keep(tf.neg(tf.reshape(top, [-1])))];
    });
    this.second.now.dispose();
    this.second.now = variable;
    this.lambda?.dispose();
    this.lambda = penalty && lambda;
    if (!penalty) lambda.dispose();
  }

  /** before^(1 - omega) after^omega of the scalings. */
  updateFirst(omega: number): void {
    this.update(false, this.first, this.second.now, this.logB, omega);
    swap(this.first);
  }

  updateSecond(omega: number): void {
    this.update(true, this.second, this.first.now, this.logA, omega);
    swap(this.second);
  }

  /** f <- (f + T f) / 2, of the problem (a, a). */
  average(): void {
    this.update(false, this.first, this.first.now, this.logA, 0.5);
    swap(this.first);
  }

  translate(): void {
    const { batch, first, second, lambda, penalty } = this;
    if (!penalty) return;
    const { share, harmonic } = penalty;
    translate({ ...batch, first: first.now, second: second.now, lambda: lambda!, share, harmonic });
  }

  /** Of each pair [pairs]: as `SinkhornSteps.violation`. What `updateFirst` would have made stays in the other buffer for `follow`. */
  violation(): tf.Tensor {
    this.update(false, this.first, this.second.now, this.logB, 1);
    return violations(this.batch.a, this.first.now, this.first.spare, this.penalty !== undefined);
  }

  /** Goes on after `violation`, as `updateFirst` does. */
  follow(omega: number): void {
    const { first } = this;
    if (omega === 1) return swap(first);
    const relaxed = tf.tidy(() => tf.keep(tf.add(tf.mul(first.now, 1 - omega), tf.mul(first.spare, omega))));
    first.now.dispose();
    first.now = relaxed;
  }

  /** fKL and gKL in cost units; the caller owns them. */
  klPotentials(): TensorKlPotentials {
    const { epsilon, first, second } = this;
    const [fKL, gKL] = tf.tidy(() => [
      this.moved(tf.mul(first.now, epsilon), 1),
      this.moved(tf.mul(second.now, epsilon), -1),
    ]);
    return { fKL, gKL };
  }

  /** f and g in cost units; the caller owns them. */
  potentials(): TensorPotentials {
    const { epsilon, batch } = this;
    const [f, g] = tf.tidy(() => {
      const { fKL, gKL } = this.klPotentials();
      return [withMasses(fKL, batch.a, epsilon), withMasses(gKL, batch.b, epsilon)];
    });
    return { f, g };
  }

  dispose(): void {
    const { first, second, logA, logB, lambda } = this;
    tf.dispose([first.now, first.spare, second.now, second.spare, logA, logB, lambda ?? []]);
  }

  private moved(potential: tf.Tensor, sign: 1 | -1): tf.Tensor {
    if (!this.lambda) return potential;
    return tf.add(potential, tf.reshape(tf.mul(this.lambda, sign), [...potential.shape.slice(0, -1), 1]));
  }

  private update(isSecond: boolean, variable: Variable, terms: tf.Tensor, logMasses: tf.Tensor, omega: number): void {
    const { source, epsilon, penalty, lambda } = this;
    const side = isSecond ? "b" : "a";
    logSum(source, {
      transposed: isSecond,
      terms,
      logMasses,
      before: variable.now,
      ofPair: lambda,
      scalars: {
        factor: 1 / epsilon,
        gain: -omega * (penalty?.tau[side] ?? 1),
        keep: 1 - omega,
        pull: (isSecond ? omega : -omega) * (penalty?.pull[side] ?? 0),
      },
      result: variable.spare,
    });
  }
}

function variableLike(masses: tf.Tensor): Variable {
  return { now: tf.keep(tf.zeros(masses.shape)), spare: tf.keep(asTensor(allocate(masses.shape))) };
}

function swap(variable: Variable): void {
  [variable.now, variable.spare] = [variable.spare, variable.now];
}
