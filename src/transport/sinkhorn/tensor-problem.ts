// What `sinkhorn` makes of the tensors of a caller: histograms of total one, which is what its engines take, and a start.
import * as tf from "@tensorflow/tfjs-core";
import type { Geometry } from "../../geometry/geometry.ts";
import { LOG_ZERO } from "../../geometry/log-sum.ts";
import { arrayOfAnyRank, type ArrayInput } from "../../tensor/inputs.ts";
import { rowsOf, type Numbers } from "../../tensor/ndarray.ts";
import { useBackendIfNone } from "../../tensor/require-backend.ts";
import { stackRows } from "../../tensor/rows.ts";
import { checkPair, checkPairShapes, hasMass } from "../histograms.ts";
import { startingPotential, type Initializer } from "../initializers/initializer.ts";
import type { SinkhornBatch, TensorPotentials } from "./engine.ts";

export interface Histograms {
  /** Divided by the totals of a. The caller's own tensors where these are one. */
  readonly batch: SinkhornBatch;
  readonly pairs: number;
  /** The numbers of the batch, [pairs, n] and [pairs, m]. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Of the caller's a; undefined where all are one. */
  readonly totals: readonly number[] | undefined;
}

/** What float32 rounds away of a total. */
const ROUNDING = 1e-5;

/** Masses as a caller has them, as a tensor; one that is made here is to be disposed of. */
export async function massTensor(
  masses: tf.Tensor | ArrayInput | Numbers,
  name: string,
): Promise<{ readonly tensor: tf.Tensor; readonly isOwn: boolean }> {
  if (masses instanceof tf.Tensor) return { tensor: masses, isOwn: false };
  const { data, shape } = arrayOfAnyRank(masses, name, "a tensor, numbers, rows of numbers or { shape, data }");
  await useBackendIfNone();
  return { tensor: tf.tensor(Float32Array.from(data), [...shape], "float32"), isOwn: true };
}

/** Reads and checks the histograms of a batch. Those of unbalanced problems, which have penalties, keep their totals. */
export async function readHistograms(
  geometry: Geometry,
  a: tf.Tensor,
  b: tf.Tensor,
  penalties?: object,
): Promise<Histograms> {
  checkPairShapes(a, b, geometry.shape);
  const [n, m] = geometry.shape;
  const [first, second] = [new Float64Array(await a.data()), new Float64Array(await b.data())];
  const [rowsA, rowsB] = [rowsOf(first, n), rowsOf(second, m)];
  const given = rowsA.map((row, pair) => checkPair(row, rowsB[pair], geometry.shape, penalties));
  const pairs = rowsA.length;
  const totals = given.map(([total]) => (penalties ? 1 : total));
  const areOne = totals.every((total) => Math.abs(total - 1) <= ROUNDING);
  if (areOne && a.dtype === "float32" && b.dtype === "float32") {
    return { batch: { a, b }, pairs, a: first, b: second, totals: undefined };
  }
  for (const rows of [rowsA, rowsB]) {
    rows.forEach((row, pair) => row.forEach((mass, point) => (row[point] = mass / totals[pair])));
  }
  const batch = { a: stackRows([first], a.shape), b: stackRows([second], b.shape) };
  return { batch, pairs, a: first, b: second, totals };
}

/** Frees what was made for them. */
export function disposeHistograms({ batch, totals }: Histograms): void {
  if (totals) tf.dispose([batch.a, batch.b]);
}

/** g [..., m] from either kind of initialiser. */
export function initialPotential(
  initializer: Initializer,
  geometry: Geometry,
  epsilon: number,
  { batch, pairs, a, b }: Histograms,
): tf.Tensor {
  if ("tensorPotential" in initializer) {
    return tf.tidy(() => initializer.tensorPotential({ geometry, epsilon, ...batch }));
  }
  const { shape } = batch.b;
  if (initializer.hostPotentials) {
    return tf.tensor(initializer.hostPotentials({ geometry, a, b, pairs, epsilon }), shape, "float32");
  }
  const [rowsA, rowsB] = [rowsOf(a, geometry.shape[0]), rowsOf(b, geometry.shape[1])];
  const rows = rowsA.map((masses, pair) =>
    startingPotential(initializer, { geometry, a: masses, b: rowsB[pair], epsilon }).map((g) => Math.max(g, LOG_ZERO)),
  );
  return stackRows(rows, shape);
}

/** The potentials of the caller's histograms: scaling both sides by M adds epsilon log M to f. Disposes those of the batch. */
export function withTotals(
  { f, g }: TensorPotentials,
  { batch, totals }: Histograms,
  epsilon: number,
): TensorPotentials {
  if (!totals) return { f, g };
  const moved = tf.tidy(() => {
    const shifts = tf.tensor(
      totals.map((total) => epsilon * Math.log(total)),
      [...f.shape.slice(0, -1), 1],
      "float32",
    );
    return tf.where(hasMass(batch.a), tf.add(f, shifts), tf.fill(f.shape, LOG_ZERO));
  });
  f.dispose();
  return { f: moved, g };
}
