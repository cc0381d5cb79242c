// A learned start is a guess, and on inputs unlike its training a bad one. The guard runs one iteration from it and one from a closed
// form (`rivalOf`) and goes on, pair by pair, from the one with the larger dual value: Sinkhorn climbs the dual, so that is the one that
// is further up. The iteration of the winner is the first of the solution, the other one is what the guard costs.
import * as tf from "@tensorflow/tfjs-core";
import { OptionError } from "../../errors.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { FixedRun, SinkhornBatch, SinkhornEngine } from "./engine.ts";
import { requireThat } from "./options.ts";
import type { Rho } from "./rho.ts";

export interface GuardOption {
  /**
   * Whether the start has to beat a closed form (Gaussian where costs are squared distances, ones elsewhere) by the dual value after
   * one iteration, else the closed form is taken; for each pair by itself, at the price of one iteration. Of balanced problems only.
   * @default true for learned initialisers and others that say `guarded`, false for closed forms and earlier solutions
   */
  readonly guard?: boolean | undefined;
}

/** Pairs that started from an initialiser, by its name. */
export type StartCounts = Readonly<Record<string, number>>;

/** Whether the guard is to look at a start. Throws OptionError where it cannot. */
export function isGuarded(initializer: Initializer, { guard }: GuardOption, rho: Rho | undefined): boolean {
  requireThat(guard === undefined || typeof guard === "boolean", "guard", "true or false", guard);
  if (guard && rho !== undefined) {
    throw new OptionError("guard", "compares dual values of balanced problems; leave it or rho out");
  }
  return (guard ?? initializer.guarded ?? false) && rho === undefined;
}

/** A start, with the name that it is counted under. */
interface NamedStart {
  readonly name: string;
  /** [..., m], cost units */
  readonly g: tf.Tensor;
}

/**
 * One iteration from each of two starts: g [..., m] after it, of each pair the one with the larger dual value. A value that is not
 * finite is no larger. The caller owns all tensors.
 */
export async function betterStart(
  engine: SinkhornEngine,
  batch: SinkhornBatch,
  guess: NamedStart,
  rival: NamedStart,
  run: Omit<FixedRun, "iterations">,
): Promise<{ readonly g: tf.Tensor; readonly starts: StartCounts }> {
  const [ours, theirs] = [guess, rival].map(({ g }) => advance(engine, batch, g, run));
  const isOurs = tf.tidy(() => tf.greaterEqual(ours.value, theirs.value)); // [...]
  const taken = await isOurs.data();
  const count = Array.from(taken).filter(Boolean).length;
  const g = tf.tidy(() => {
    if (count === taken.length) return tf.clone(ours.g);
    return count === 0 ? tf.clone(theirs.g) : tf.where(tf.expandDims(isOurs, -1), ours.g, theirs.g);
  });
  tf.dispose([ours, theirs, isOurs]);
  return { g, starts: { [guess.name]: count, [rival.name]: taken.length - count } };
}

/** g after one iteration, and the dual value <f, a> + <g, b> of each pair, whose plan has mass one. */
function advance(engine: SinkhornEngine, { a, b }: SinkhornBatch, start: tf.Tensor, run: Omit<FixedRun, "iterations">) {
  return tf.tidy(() => {
    const { f, g } = engine.iterate({ a, b }, start, { ...run, iterations: 1 });
    return { g, value: tf.add(tf.sum(tf.mul(f, a), -1), tf.sum(tf.mul(g, b), -1)) };
  });
}
