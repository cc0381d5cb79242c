import type * as tf from "@tensorflow/tfjs-core";
import { allocate, launch, release, upload, type Launch } from "../launch.ts";
import type { ColumnStorage } from "./columns.ts";
import type { Domain } from "./domains.ts";
import { ITERATION_KERNELS } from "./iteration-kernel.ts";
import { encodeJobs, type PairJob } from "./jobs.ts";
import { pooled, pooledSize } from "./pooled.ts";
import type { DeviceSupports } from "./supports.ts";

/**
 * Iterations of one launch, after which pairs that go on are launched again. With `MOST_PAIR_ENTRIES`, products of support sizes
 * that a launch takes, these are at most 2^34 multiplications with an addition before a driver has its turn: a tenth of a
 * second at 0.17 T/s.
 */
export const ITERATIONS_PER_LAUNCH = 64;
export const MOST_PAIR_ENTRIES = 2 ** 27;

/** How all pairs under one cost are solved. */
export interface Iteration {
  readonly domain: Domain;
  readonly storage: ColumnStorage;
  /** As for `sinkhornDivergencePairs`. */
  readonly tolerance: number;
  /** Errors at or below this are rounding. */
  readonly roundingError: number;
  /** The largest cost in units of epsilon. */
  readonly largest: number;
}

export interface IterationLaunch extends Iteration {
  readonly jobs: readonly PairJob[];
  readonly panels: tf.TensorInfo;
  readonly supports: DeviceSupports;
  readonly selfPotentials: tf.TensorInfo;
  readonly potentials: tf.TensorInfo;
  readonly states: tf.TensorInfo;
  readonly mostIterations: number;
}

/** Records the iterations of these pairs. */
export function iteratePairs(given: IterationLaunch): void {
  const { domain, storage, jobs, panels, supports, selfPotentials, potentials, states } = given;
  const list = upload(pooled(encodeJobs(jobs)));
  const columns = storage.place === "buffer" ? [allocate([pooledSize((jobs.length * storage.bufferBytes) / 4)])] : [];
  const numbers = Float32Array.of(given.tolerance, given.roundingError, Math.LOG2E * given.largest);
  const uniforms = Uint32Array.of(jobs.length, given.mostIterations, ...new Uint32Array(numbers.buffer));
  const buffers: Launch["buffers"] = [
    ...[panels, supports.bins, supports.masses, selfPotentials, list, potentials, states],
    ...columns,
  ];
  const constants = { WIDTH: storage.width, CAPACITY: storage.capacity };
  launch(ITERATION_KERNELS[domain][storage.place], { buffers, constants, uniforms, workgroups: jobs.length });
  release(list, ...columns);
}
