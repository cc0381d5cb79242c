import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import { gatherInRows, hostLinear, requireHostTensors, type HostLinearMap } from "../../tensor/host-linear.ts";
import { requireBackend } from "../../tensor/require-backend.ts";
import { withoutGradient } from "../../tensor/without-gradient.ts";
import { alongPath, alongPathAdjoint } from "./potentials.ts";
import { checkPower, coordinatesOf, lineMasses, lineProblem, type LineProblem } from "./problem.ts";
import { staircase, type Staircase } from "./staircase.ts";

export interface LineTensorOptions {
  /** [n] or [..., n], of any positive total. @default equal masses */
  readonly a?: tf.Tensor | undefined;
  /** [m] or [..., m] */
  readonly b?: tf.Tensor | undefined;
  /** The cost is |x - y|^p, p >= 1. @default 1 */
  readonly p?: number | undefined;
}

/**
 * W_p^p [...] of points x [..., n] and y [..., m] of the line, on the tape; `emd1d` of tensors. The host finds the order of the points,
 * everything else is differentiable: in x and y the plan is a constant, in a and b the gradient is the dual potential less its mean
 * (the total does not change). All derivatives are right wherever the order does not change; those of |x - y|^p at x = y count as 0.
 * Only for tensors in the host's memory. Throws InputError for bad values, as it reads them.
 */
export function lineTransport(
  x: tf.Tensor,
  y: tf.Tensor,
  { a, b, p = 1 }: LineTensorOptions = {},
  operation = "emd1d",
): tf.Tensor {
  requireBackend(operation);
  requireHostTensors(operation);
  checkPower(p);
  if (
    !(x instanceof tf.Tensor && y instanceof tf.Tensor) ||
    x.shape.slice(0, -1).join() !== y.shape.slice(0, -1).join()
  ) {
    const shapeOf = (given: tf.Tensor): string =>
      given instanceof tf.Tensor ? `[${given.shape.join(", ")}]` : "an array";
    throw new InputError(
      `${operation}: expected tensors x [..., n] and y [..., m] with equal leading dimensions, got ${shapeOf(x)} and ${shapeOf(y)}`,
    );
  }
  const leading = x.shape.slice(0, -1);
  return tf.tidy(() => {
    const [rowsX, rowsY] = [asRows(x), asRows(y)];
    const batch = rowsX.shape[0];
    const [rowsA, rowsB] = [a && massRows(a, x, "a"), b && massRows(b, y, "b")];
    const problems = sortedProblems(rowsX, rowsY, rowsA, rowsB);
    const costs = (rowFirst: boolean) => pathCosts(rowsX, rowsY, problems, rowFirst, p);

    const first = costs(true);
    const masses = tf.tensor2d(flat(first.paths.map((path) => path.masses)), first.costs.shape);
    let value = tf.sum(tf.mul(masses, first.costs), 1);
    if (rowsA || rowsB) {
      const both = [first, costs(false)].map((side) => potentialsOf(side, problems, rowsX.shape[1], rowsY.shape[1]));
      const ofSide = (side: "f" | "g"): tf.Tensor => tf.div(tf.add(both[0][side], both[1][side]), 2);
      if (rowsA) value = tf.add(value, inDirection(rowsA, ofSide("f")));
      if (rowsB) value = tf.add(value, inDirection(rowsB, ofSide("g")));
    }
    return tf.reshape(value, batch === 1 && leading.length === 0 ? [] : leading);
  });
}

/** Zero, with the gradient `slopes` in the masses: <masses - what they are, slopes>, [batch]. */
function inDirection(masses: tf.Tensor, slopes: tf.Tensor): tf.Tensor {
  const change = tf.sub(
    masses,
    withoutGradient(masses, (values) => tf.clone(values)),
  );
  return tf.sum(tf.mul(change, slopes), 1);
}

interface PathCosts {
  readonly paths: readonly Staircase[];
  /** [batch, n + m - 1], in the order of the path. */
  readonly costs: tf.Tensor2D;
}

function pathCosts(
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  problems: readonly LineProblem[],
  rowFirst: boolean,
  p: number,
): PathCosts {
  const paths = problems.map((problem) => staircase(problem, rowFirst));
  const steps = paths[0].rows.length;
  const [rows, columns] = [new Int32Array(problems.length * steps), new Int32Array(problems.length * steps)];
  problems.forEach((problem, at) => {
    rows.set(
      paths[at].rows.map((row) => problem.rows[row]),
      at * steps,
    );
    columns.set(
      paths[at].columns.map((column) => problem.columns[column]),
      at * steps,
    );
  });
  const difference = tf.sub(gatherInRows(x, rows, steps), gatherInRows(y, columns, steps));
  return { paths, costs: powerOf(difference, p) as tf.Tensor2D };
}

/** |x|^p, with derivatives 0 at 0. */
function powerOf(x: tf.Tensor, p: number): tf.Tensor {
  if (p === 2) return tf.square(x);
  const size = tf.mul(
    x,
    withoutGradient(x, (values) => tf.sign(values)),
  );
  if (p === 1) return size;
  const isZero = withoutGradient(x, (values) => tf.cast(tf.equal(values, 0), "float32"));
  // where x = 0: 1^p - 1, constant
  return tf.sub(tf.pow(tf.add(size, isZero), p), isZero);
}

/** Potentials along the paths, centred, in the caller's order: linear in the costs. */
function potentialsOf({ paths, costs }: PathCosts, problems: readonly LineProblem[], n: number, m: number) {
  const steps = costs.shape[1];
  const side = (name: "f" | "g", count: number): tf.Tensor => {
    const orderOf = ({ rows, columns }: LineProblem): Int32Array => (name === "f" ? rows : columns);
    const map: HostLinearMap = {
      from: costs.shape,
      to: [problems.length, count],
      forward(values, out) {
        problems.forEach((problem, at) => {
          const row = Float64Array.from({ length: steps }, (_, step) => values[at * steps + step]);
          const potential = alongPath(paths[at], row, n, m)[name];
          const mean = meanOf(potential);
          orderOf(problem).forEach((point, index) => (out[at * count + point] = potential[index] - mean));
        });
      },
      adjoint(values, out) {
        problems.forEach((problem, at) => {
          const order = orderOf(problem);
          const slopes = Float64Array.from(order, (point) => values[at * count + point]);
          const mean = meanOf(slopes);
          const centred = slopes.map((slope) => slope - mean);
          const none = new Float64Array(name === "f" ? m : n);
          const [ofF, ofG] = name === "f" ? [centred, none] : [none, centred];
          out.set(alongPathAdjoint(paths[at], ofF, ofG), at * steps);
        });
      },
    };
    return hostLinear(costs, map);
  };
  return { f: side("f", n), g: side("g", m) };
}

/** The problem of each row. Masses of one row are those of all. */
function sortedProblems(
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  a: tf.Tensor2D | undefined,
  b: tf.Tensor2D | undefined,
): LineProblem[] {
  const [n, m] = [x.shape[1], y.shape[1]];
  const [valuesX, valuesY] = [x.dataSync(), y.dataSync()];
  const [massesA, massesB] = [a?.dataSync(), b?.dataSync()];
  const rowOf = (values: ArrayLike<number> | undefined, count: number, row: number): Float64Array | undefined =>
    values && Float64Array.from({ length: count }, (_, at) => values[row * count + at]);
  return Array.from({ length: x.shape[0] }, (_, row) => {
    const first = coordinatesOf(rowOf(valuesX, n, row)!, "points x");
    const second = coordinatesOf(rowOf(valuesY, m, row)!, "points y");
    const masses = lineMasses({ a: rowOf(massesA, n, row), b: rowOf(massesB, m, row) }, n, m);
    return lineProblem(first, second, masses);
  });
}

/** Masses [n] or [..., n] for the points [..., n], as rows. */
function massRows(masses: tf.Tensor, points: tf.Tensor, name: string): tf.Tensor2D {
  const fits =
    masses instanceof tf.Tensor &&
    masses.shape.at(-1) === points.shape.at(-1) &&
    (masses.rank === 1 || masses.shape.join() === points.shape.join());
  if (!fits) {
    const got = masses instanceof tf.Tensor ? `[${masses.shape.join(", ")}]` : "no tensor";
    throw new InputError(`masses ${name}: expected a tensor [${points.shape.at(-1)}] or like the points, got ${got}`);
  }
  return masses.rank === points.rank ? asRows(masses) : tf.broadcastTo(masses, asRows(points).shape);
}

function asRows(tensor: tf.Tensor): tf.Tensor2D {
  return tf.reshape(tf.cast(tensor, "float32"), [-1, tensor.shape.at(-1)!]);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function flat(rows: readonly Float64Array[]): Float32Array {
  const length = rows[0].length;
  const all = new Float32Array(rows.length * length);
  rows.forEach((row, at) => all.set(row, at * length));
  return all;
}
