import { InputError } from "../errors.ts";
import type { Mesh } from "../spaces/mesh.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";

/** What is known of the points of one side. */
export type PairSource =
  | { readonly kind: "points"; /** [n, d] */ readonly values: NdArray<Float64Array> }
  | {
      readonly kind: "distances";
      /** [n, n], float32 or float64. */
      readonly values: NdArray;
      /** [n, 2 or 3] for pictures, where the points lie in space: a surface whose geodesics are known. */
      readonly coordinates?: NdArray<Float64Array>;
    }
  | { readonly kind: "mesh"; readonly mesh: Mesh };

/** One of two data sets. */
export interface PairSide {
  readonly source: PairSource;
  /** One name a point [n]; their numbers from 0 where the source has none. */
  readonly names: readonly string[];
  /** One class a point [n], where known; for evaluation only. */
  readonly labels?: readonly string[];
  /** [n], nonnegative, of any sum above zero. @default all the same */
  readonly weights?: Float64Array;
}

/** Two data sets that share no features, to be put into one space. */
export interface PairDataset {
  readonly kind: "pair";
  /** Name in the registry, or the last parts of two paths. */
  readonly name: string;
  readonly x: PairSide;
  readonly y: PairSide;
  /** Whether row i of one is row i of the other; for evaluation only. */
  readonly paired: boolean;
  /** Whether distances are in the units of the targets that they are made for, and not to be scaled. @default false */
  readonly inTargetUnits?: boolean;
}

/** Points of a side. */
export function pointsOfSide({ source }: PairSide): number {
  return (source.kind === "mesh" ? source.mesh.vertices : source.values).shape[0];
}

/** The arrays whose numbers are a side's data. */
export function sideArrays({ source, weights }: PairSide): readonly NdArray[] {
  const arrays = source.kind === "mesh" ? [source.mesh.vertices, source.mesh.faces] : [source.values];
  return weights ? [...arrays, { shape: [weights.length], data: weights }] : arrays;
}

/** "[177, 34]", "distances [256, 256]" or "mesh [5000, 3]". */
export function sideText({ source }: PairSide): string {
  if (source.kind === "mesh") return `mesh ${bracketed(source.mesh.vertices)}`;
  return `${source.kind === "distances" ? "distances " : ""}${bracketed(source.values)}`;
}

export function bracketed({ shape }: Pick<NdArray, "shape">): string {
  return `[${shape.join(", ")}]`;
}

/** The first points of a side; all of them where there are no more. Throws InputError for a mesh, which is no list of points. */
export function firstOfSide(side: PairSide, count: number): PairSide {
  if (pointsOfSide(side) <= count) return side;
  return {
    source: firstOfSource(side.source, count),
    names: side.names.slice(0, count),
    ...(side.labels && { labels: side.labels.slice(0, count) }),
    ...(side.weights && { weights: side.weights.slice(0, count) }),
  };
}

function firstOfSource(source: PairSource, count: number): PairSource {
  switch (source.kind) {
    case "points":
      return { ...source, values: firstRows(source.values, count) };
    case "distances": {
      const { values, coordinates } = source;
      const [n] = values.shape;
      const square = values.data.slice(0, count * count);
      for (let i = 1; i < count; i++) square.set(values.data.subarray(i * n, i * n + count), i * count);
      return {
        ...source,
        values: ndarray(square, [count, count]),
        ...(coordinates && { coordinates: firstRows(coordinates, count) }),
      };
    }
    case "mesh":
      throw new InputError(
        "limit: not for a mesh, whose first vertices are no sample of it; take farthest points instead",
      );
    default:
      return source satisfies never;
  }
}

function firstRows({ shape: [, d], data }: NdArray<Float64Array>, count: number): NdArray<Float64Array> {
  return ndarray(data.slice(0, count * d), [count, d]);
}
