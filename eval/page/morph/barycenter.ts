import { gridHostKernel } from "../../../src/geometry/grid-host.ts";
import { plainDenseKernel } from "../../../src/geometry/dense-plain.ts";
import type { HostGeometry } from "../../../src/geometry/geometry.ts";
import { isSymmetric } from "../../../src/geometry/symmetry.ts";
import { sizeOf } from "../../../src/tensor/ndarray.ts";
import { HostRun } from "../../../src/transport/barycenter/host/run.ts";
import { resolveBarycenterOptions } from "../../../src/transport/barycenter/options.ts";
import { atOnce } from "../../../src/transport/barycenter/pieces.ts";
import { checkInputs } from "../../../src/transport/barycenter/problem.ts";
import { checkBarycenters } from "../../../src/transport/barycenter/result.ts";
import { unpack } from "../../packed.ts";
import type { MorphView, MorphOperator } from "../../views.ts";

/** The cut-off of the host's engine, and nothing kept of the iterations, as there is no adjoint. */
const SETTINGS = { precision: "float32", byteLimit: 0 } as const;

export type MorphProblem = Pick<MorphView, "shape"> & { readonly source: MorphOperator };

/**
 * The barycenter operator of a report's page: what the library computes on a host, in float64. Weights [S] -> [N] of mass one. Throws
 * InputError or RunError where there is no such barycenter.
 */
export function morphOperator({ shape, source }: MorphProblem): (weights: readonly number[]) => Float64Array {
  const points = sizeOf(shape);
  const data = unpack(source.atoms);
  const atoms = { shape: [data.length / points, points], data };
  const geometry = source.cost ? denseGeometry(unpack(source.cost), points) : gridGeometry(shape);
  const options = resolveBarycenterOptions(source.options);
  return (weights) => {
    const row = { shape: [1, weights.length], data: Float64Array.from(weights) };
    const run = new HostRun(geometry, checkInputs(geometry, { atoms, weights: row }, options), options, SETTINGS);
    atOnce(run.forward());
    checkBarycenters(run.barycenters, atoms, options);
    const mass = run.barycenters.data.reduce((sum, value) => sum + value, 0);
    return run.barycenters.data.map((value) => value / mass);
  };
}

/** Pixels at distance 1, as in training. */
function gridGeometry(size: readonly number[]): HostGeometry {
  const points = sizeOf(size);
  const maxCost = size.reduce((sum, extent) => sum + (extent - 1) ** 2, 0);
  return {
    kind: "grid",
    shape: [points, points],
    symmetric: true,
    hostKernel: (epsilon, options) => gridHostKernel({ size, spacing: size.map(() => 1), maxCost }, epsilon, options),
  };
}

function denseGeometry(cost: Float64Array, points: number): HostGeometry {
  const shape = [points, points] as const;
  const symmetric = isSymmetric(cost, points);
  return { kind: "dense", shape, symmetric, hostKernel: (epsilon) => plainDenseKernel(cost, shape, epsilon) };
}
