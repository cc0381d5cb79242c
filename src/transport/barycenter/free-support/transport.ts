import { pointCloud } from "../../../geometry/pointcloud.ts";
import { emd } from "../../exact/emd.ts";
import { previousSolution } from "../../initializers/previous.ts";
import { sinkhornHost } from "../../sinkhorn/host.ts";
import { entropicValues, klPotentials, transportPlan } from "../../sinkhorn/objective.ts";
import { sinkhornSymmetricHost } from "../../sinkhorn/symmetric.ts";
import type { Measure } from "./problem.ts";

/** What a step needs of the transport from the barycenter to a cloud. */
export interface Transported {
  /** OT(barycenter, cloud) */
  readonly value: number;
  /** Where each point of the barycenter is sent on the mean [N, d]: sum_j P_ij y_j / sum_j P_ij. Itself where it has no mass. */
  readonly images: Float64Array;
  /** The gradient of the value in the barycenter's masses [N], up to a constant. */
  readonly slopes: Float64Array;
  /** False where a transport ended without a plan. */
  readonly isFinite: boolean;
}

/** The transport from a measure to cloud s under squared Euclidean costs. */
export type Transport = (from: Measure, to: Measure, s: number) => Transported;

/** By the network simplex. */
export const exactTransport: Transport = (from, to) => {
  const { value, plan, f } = emd(from.masses, to.masses, pointCloud(from.points, to.points));
  const images = meanImages(from, to, (add) => {
    plan.masses.forEach((mass, entry) => add(plan.rows[entry], plan.columns[entry], mass));
  });
  return { value, images, slopes: f, isFinite: true };
};

export interface EntropicSettings {
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** By Sinkhorn's iterations, each from the potentials of the transport to the same cloud before. */
export function entropicTransport(settings: EntropicSettings): Transport {
  const last: Float64Array[] = [];
  return (from, to, s) => {
    const geometry = pointCloud(from.points, to.points);
    const known = last[s] as Float64Array | undefined;
    const initializer = known && previousSolution(known);
    const solution = sinkhornHost(from.masses, to.masses, geometry, {
      ...settings,
      ...(initializer ? { initializer } : {}),
    });
    last[s] = solution.g;
    return transportedBy(from, to, geometry, solution);
  };
}

/** From a measure to itself. */
export function selfTransport(settings: EntropicSettings): (measure: Measure) => Transported {
  return (measure) => {
    const geometry = pointCloud(measure.points, measure.points);
    return transportedBy(measure, measure, geometry, sinkhornSymmetricHost(measure.masses, geometry, settings));
  };
}

function transportedBy(
  from: Measure,
  to: Measure,
  geometry: ReturnType<typeof pointCloud>,
  solution: ReturnType<typeof sinkhornHost>,
): Transported {
  const plan = transportPlan(geometry, solution);
  const columns = to.masses.length;
  const images = meanImages(from, to, (add) => {
    for (let row = 0; row < from.masses.length; row++) {
      for (let column = 0; column < columns; column++) add(row, column, plan.data[row * columns + column]);
    }
  });
  return {
    value: entropicValues(from.masses, to.masses, geometry, solution).dual,
    images,
    slopes: klPotentials(geometry, solution).fKL,
    isFinite: solution.status !== "non-finite",
  };
}

type AddEntry = (row: number, column: number, mass: number) => void;

function meanImages(from: Measure, to: Measure, eachEntry: (add: AddEntry) => void): Float64Array {
  const [count, dimension] = from.points.shape;
  const sums = new Float64Array(count * dimension);
  const masses = new Float64Array(count);
  const { data } = to.points;
  eachEntry((row, column, mass) => {
    masses[row] += mass;
    for (let axis = 0; axis < dimension; axis++) {
      sums[row * dimension + axis] += mass * data[column * dimension + axis];
    }
  });
  return sums.map((sum, index) => {
    const mass = masses[Math.floor(index / dimension)];
    return mass > 0 ? sum / mass : from.points.data[index];
  });
}
