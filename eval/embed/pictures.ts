import { numbered } from "../../src/data/dataset.ts";
import type { Target } from "../../src/spaces/target.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { Draw } from "../evaluator.ts";
import type { Labels } from "../metrics/clustering.ts";
import { gaussianEllipses } from "../pictures/gaussian-ellipses.ts";
import { jointScatter } from "../pictures/joint-scatter.ts";
import { matrixPicture } from "../pictures/matrix.ts";
import { asGiven, byClass, byMeanColumn, evenly } from "../pictures/orders.ts";
import type { Picture } from "../pictures/picture.ts";
import type { PointSet } from "../pictures/point-sets.ts";
import { surfaceScatter } from "../pictures/surface-scatter.ts";
import { sphereWires, torusWires, type Wire } from "../pictures/surface-wires.ts";

/** What is drawn of an embedding. */
export interface Drawn {
  readonly target: Target;
  /** Names of the two sets. */
  readonly sets: readonly [x: string, y: string];
  /** [nz] each. */
  readonly marginals: readonly [x: Float64Array, y: Float64Array];
  readonly projections: readonly [x: NdArray, y: NdArray];
  readonly labels: readonly [x: Labels | undefined, y: Labels | undefined];
  /** Of the samples. */
  readonly names: readonly [x: readonly string[], y: readonly string[]];
  /** Weights of the samples. */
  readonly weights: readonly [x: Float64Array, y: Float64Array];
  /** The mixtures [k, 5] that were embedded, where the samples are Gaussians. */
  readonly mixtures?: readonly [x: NdArray, y: NdArray] | undefined;
  readonly couplingX: NdArray;
  readonly couplingY: NdArray;
}

/** Points of a set that are drawn at most, evenly taken: more are a blot, and a large file. */
const MOST_POINTS = 3000;

/** The marginals on the target and the projections of the samples, as far as the target has a picture. */
export function embedPictures(drawn: Drawn): Readonly<Record<string, Draw>> {
  if (drawn.target.name === "gaussians") return mixturePictures(drawn);
  const dimension = drawn.target.coordinates?.shape[1];
  if (dimension === 2) return planePictures(drawn);
  return dimension === 3 ? surfacePictures(drawn) : couplingPictures(drawn);
}

function planePictures(drawn: Drawn): Record<string, Draw> {
  return {
    marginals: () => jointScatter(marginalSets(drawn), { panels: true }),
    marginals_together: () => jointScatter(marginalSets(drawn)),
    projections: () => jointScatter(projectionSets(drawn)),
  };
}

function surfacePictures(drawn: Drawn): Record<string, Draw> {
  const wires = wiresOf(drawn.target);
  return {
    marginals: () => surfaceScatter(marginalSets(drawn), { wires, panels: true }),
    projections: () => surfaceScatter(projectionSets(drawn), { wires }),
  };
}

function mixturePictures({ target, sets, marginals, projections, weights, mixtures }: Drawn): Record<string, Draw> {
  const both = (of: readonly [NdArray, NdArray], masses: readonly [Float64Array, Float64Array]) =>
    sets.map((name, set) => ({ name, gaussians: of[set], weights: masses[set] }));
  const grid = target.coordinates!;
  const before = mixtures ? both(mixtures, weights).map((set) => ({ title: `${set.name}, before`, sets: [set] })) : [];
  const after = { title: mixtures ? "after" : "projections", sets: both([projections[0], projections[1]], weights) };
  return {
    mixtures: () => gaussianEllipses([...before, after]),
    marginals: () =>
      gaussianEllipses(both([grid, grid], marginals).map((set) => ({ title: `marginal of ${set.name}`, sets: [set] }))),
  };
}

/** The couplings themselves, of a target that has distances alone. */
function couplingPictures(drawn: Drawn): Record<string, Draw> {
  const { couplingX, couplingY } = drawn;
  return {
    coupling_x: () => couplingPicture(couplingX, drawn, 0),
    coupling_y: () => couplingPicture(couplingY, drawn, 1),
  };
}

/** Samples as given, by where their mass lies in the target, and by class where there are classes. */
function couplingPicture(coupling: NdArray, { sets, names, labels }: Drawn, set: 0 | 1): Promise<Picture> {
  const [samples, points] = coupling.shape;
  const columns = asGiven(points);
  const along = byMeanColumn(coupling);
  const classes = labels[set];
  const orders = [
    { title: "as given", rows: asGiven(samples) },
    { title: "by place in the target", rows: along },
    ...(classes ? [{ title: "by class", rows: byClass(classes, along) }] : []),
  ].map((order) => ({ ...order, columns }));
  return matrixPicture(coupling, {
    rows: { title: `sample of ${sets[set]}`, names: names[set], labels: classes },
    columns: { title: "point of the target", names: numbered(points) },
    valueTitle: "mass",
    orders,
  });
}

function marginalSets({ target, sets, marginals }: Drawn): PointSet[] {
  return sets.map((name, set) => ({ name, points: target.coordinates!, masses: marginals[set] }));
}

function projectionSets({ target, sets, projections, labels, names }: Drawn): PointSet[] {
  return sets.map((name, set) => {
    const { shape, data } = placesOf(target, projections[set]);
    const [count, d] = shape;
    if (count <= MOST_POINTS) return { name, points: { shape, data }, labels: labels[set], names: names[set] };
    const rows = evenly(count, MOST_POINTS);
    return {
      name,
      points: rowsAt({ shape, data }, rows, d),
      labels: labels[set] && rows.map((row) => labels[set]![row]),
      names: rows.map((row) => names[set][row]),
    };
  });
}

/** Coordinates [n, d] of projections, which are indices of points where the target is a matrix. */
function placesOf({ coordinates }: Target, projection: NdArray): NdArray {
  const d = coordinates!.shape[1];
  return projection.shape[1] === d ? projection : rowsAt(coordinates!, Array.from(projection.data), d);
}

function rowsAt({ data }: NdArray, rows: readonly number[], d: number): NdArray {
  const out = new Float64Array(rows.length * d);
  rows.forEach((row, at) => out.set(data.subarray(row * d, (row + 1) * d), at * d));
  return { shape: [rows.length, d], data: out };
}

/** Lines on the target's surface, whose radii its own points tell. */
function wiresOf({ name, coordinates }: Target): readonly Wire[] {
  const { data } = coordinates!;
  let [farthest, outermost, highest] = [0, 0, 0];
  for (let at = 0; at < data.length; at += 3) {
    const [x, y, z] = [data[at], data[at + 1], data[at + 2]];
    farthest = Math.max(farthest, Math.hypot(x, y, z));
    outermost = Math.max(outermost, Math.hypot(x, y));
    highest = Math.max(highest, Math.abs(z));
  }
  if (name === "sphere") return sphereWires(farthest);
  return name === "torus" ? torusWires(outermost - highest, highest) : [];
}
