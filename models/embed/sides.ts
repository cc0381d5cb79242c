import { InputError, OptionError } from "../../src/errors.ts";
import { numbered } from "../../src/data/dataset.ts";
import { pointsOfSide, type PairSide } from "../../src/data/pair.ts";
import { buresWasserstein } from "../../src/spaces/bures-wasserstein.ts";
import { distanceRows, matrixOfRows } from "../../src/spaces/distances.ts";
import { farthestOnGraph, farthestPoints } from "../../src/spaces/farthest-points.ts";
import { meshGraph } from "../../src/spaces/mesh.ts";
import { matrixMetric } from "../../src/spaces/metric-matrix.ts";
import { gaussianMixture, type Mixture } from "../../src/spaces/mixture.ts";
import { neighborGeodesics } from "../../src/spaces/neighbor-geodesics.ts";
import { metricSpace, type Space } from "../../src/spaces/space.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { EmbedOptions } from "./presets.ts";
import { preprocessed } from "./preprocess.ts";

/** One of the two sets as a space. */
export interface EmbedSide {
  readonly space: Space;
  /** One name a point of the space. */
  readonly names: readonly string[];
  readonly labels: readonly string[] | undefined;
  /** Coordinates [n, d] of the points, where they have some: for pictures, and as a target. */
  readonly coordinates: NdArray<Float64Array> | undefined;
  /** The Gaussians that are the points of the space, in its units of length; undefined where they are none. */
  readonly mixture: Mixture | undefined;
  /** Which points of the data these are, [n]; undefined: all of them. */
  readonly indices: Int32Array | undefined;
  /** What was done to the data that somebody should know, a line each. */
  readonly warnings: readonly string[];
}

/** From so many points on, distances are float32: those of 10 000 take 400 MB a side. */
const FLOAT32_FROM = 5000;

/** Points of a mesh where nothing else is said: all vertices would be more than anything needs. */
const MESH_POINTS = 256;

interface Distances {
  readonly distances: NdArray;
  readonly coordinates: NdArray<Float64Array> | undefined;
  readonly indices?: Int32Array;
  readonly warnings: readonly string[];
}

/**
 * The space of one set by the options: distances between its points, and their weights. Throws InputError or OptionError for data
 * and options that do not go together.
 *
 * @param name what messages call the set: "x" or "y"
 */
export async function embedSide(side: PairSide, options: EmbedOptions, name: string): Promise<EmbedSide> {
  if (options.mixture !== undefined) return mixtureSide(side, options, options.mixture, name);
  const all = await distancesOf(side, options, name);
  const { distances, coordinates, warnings, indices } = all.indices ? all : subsampled(all, options.subsample);
  const chosen = <T>(values: ArrayLike<T>): T[] =>
    Array.from(indices ?? Array(values.length).keys(), (at) => values[at]);
  const metric = matrixMetric(options.keepUnits ? distances : unitLength(distances, name));
  return {
    space: metricSpace(metric, side.weights && chosen(side.weights)),
    names: chosen(side.names),
    labels: side.labels && chosen(side.labels),
    coordinates,
    mixture: undefined,
    indices,
    warnings,
  };
}

/** The space of a mixture that is fitted to the points of a set, under Bures-Wasserstein distances. */
function mixtureSide({ source }: PairSide, options: EmbedOptions, components: number, name: string): EmbedSide {
  if (source.kind !== "points") {
    throw new OptionError("mixture", `Gaussians are fitted to points, and ${name} has ${source.kind}; leave it out`);
  }
  const [n] = source.values.shape;
  if (components > n)
    throw new OptionError("mixture", `expected at most ${n}, the points of ${name}, got ${components}`);
  const mixture = gaussianMixture(preprocessed(source.values, options.preprocess), { components });
  const distances = buresWasserstein(mixture);
  const { largest } = matrixMetric(distances);
  const unit = options.keepUnits || largest === 0 ? 1 : largest;
  return {
    space: metricSpace(matrixMetric(divided(distances, unit)), mixture.weights),
    names: numbered(components),
    labels: undefined,
    coordinates: undefined,
    mixture: { ...mixture, means: divided(mixture.means, unit), covariances: divided(mixture.covariances, unit ** 2) },
    indices: undefined,
    warnings: [],
  };
}

function divided({ data, shape }: NdArray<Float64Array>, by: number): NdArray<Float64Array> {
  return { data: data.map((value) => value / by), shape };
}

async function distancesOf(side: PairSide, options: EmbedOptions, name: string): Promise<Distances> {
  const { source } = side;
  switch (source.kind) {
    case "distances":
      return { distances: source.values, coordinates: source.coordinates, warnings: [] };
    case "mesh": {
      const { vertices } = source.mesh;
      const { graph, warnings } = meshGraph(source.mesh, { name });
      const count = Math.min(options.subsample ?? MESH_POINTS, vertices.shape[0]);
      const { distances, indices } = farthestOnGraph(graph, count);
      return { distances, coordinates: rowsAt(vertices, indices), indices, warnings };
    }
    case "points": {
      if (pointsOfSide(side) < 2) throw new InputError(`${name}: expected at least two points, got one`);
      const points = preprocessed(source.values, options.preprocess);
      const { distance: kind, hops } = options;
      const neighbors = neighborsOf(options, pointsOfSide(side));
      const isLarge = pointsOfSide(side) >= FLOAT32_FROM;
      const notes = isLarge
        ? [`${name}: distances between ${pointsOfSide(side)} points are float32, to save memory`]
        : [];
      if (neighbors === 0) {
        const rows = distanceRows(points, kind, name);
        const distances = isLarge ? matrixOfRows(rows, Float32Array, name) : matrixOfRows(rows, Float64Array, name);
        return { distances, coordinates: points, warnings: [...(rows.warnings ?? []), ...notes] };
      }
      const edges = hops ? "connectivity" : "distance";
      const precision = isLarge ? "float32" : "float64";
      const { distances, warnings } = await neighborGeodesics(points, { kind, neighbors, edges, name, precision });
      return { distances, coordinates: points, warnings: [...warnings, ...notes] };
    }
    default:
      return source satisfies never;
  }
}

/** Of a share, so many at most: geodesics take as many times longer. */
const MOST_NEIGHBORS = 250;

function neighborsOf({ neighbors }: EmbedOptions, points: number): number {
  if (neighbors === 0 || neighbors >= 1) return neighbors;
  return Math.max(Math.min(Math.round(neighbors * points), MOST_NEIGHBORS), 1);
}

function subsampled(all: Distances, count: number | undefined): Distances {
  const { data, shape } = all.distances;
  const [n] = shape;
  if (count === undefined || count >= n) return all;
  const row = (point: number): Float64Array => Float64Array.from(data.subarray(point * n, (point + 1) * n));
  const { indices, distances } = farthestPoints(n, count, row);
  return { ...all, distances, indices, coordinates: all.coordinates && rowsAt(all.coordinates, indices) };
}

/** Divided by the largest. Throws InputError where there is none. */
function unitLength({ data, shape }: NdArray, name: string): NdArray {
  let largest = 0;
  for (let at = 0; at < data.length; at++) if (data[at] > largest) largest = data[at];
  if (!(largest > 0)) {
    throw new InputError(`${name}: all ${shape[0]} points are in one place, so that there are no distances to keep`);
  }
  const out = data.slice();
  for (let at = 0; at < out.length; at++) out[at] /= largest;
  return { data: out, shape };
}

function rowsAt({ data, shape }: NdArray, indices: Int32Array): NdArray<Float64Array> {
  const [, d] = shape;
  const out = new Float64Array(indices.length * d);
  indices.forEach((row, at) => out.set(data.subarray(row * d, (row + 1) * d), at * d));
  return { data: out, shape: [indices.length, d] };
}
