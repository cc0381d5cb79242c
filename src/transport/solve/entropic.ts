import * as tf from "@tensorflow/tfjs-core";
import { hostPlan } from "../../geometry/host-plan.ts";
import { useBackendIfNone } from "../../tensor/require-backend.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import type { SparsePlan } from "../exact/emd-result.ts";
import { resolveInitializer } from "../initializers/by-name.ts";
import type { HostInitializer, Initializer } from "../initializers/initializer.ts";
import { ones } from "../initializers/ones.ts";
import { previousSolution } from "../initializers/previous.ts";
import { sinkhornHost } from "../sinkhorn/host.ts";
import { entropicValues, transportPlan } from "../sinkhorn/objective.ts";
import type { Rho } from "../sinkhorn/rho.ts";
import { automaticEpsilon, scaleOf } from "./cost-scale.ts";
import type { TransportOptions } from "./options.ts";
import type { SolveProblem } from "./problem.ts";
import { mapOfColumns } from "./products.ts";
import type { Solution, SparseOptions } from "./solution.ts";
import { entropicMap, requirePoints } from "./transported.ts";

/** By Sinkhorn on the host. */
export async function solveEntropic(problem: SolveProblem, options: TransportOptions): Promise<Solution> {
  const { a, b, geometry, points } = problem;
  const { epsilon: given, rho: givenRho, scaleCost = 1, initializer = ones, ...rest } = options;
  const scale = given === "auto" && givenRho === undefined ? 1 : scaleOf(geometry, scaleCost);
  const epsilon = given === "auto" ? automaticEpsilon(geometry) : given! * scale;
  const rho = scaledRho(givenRho, scale);
  const start = await hostInitializer(initializer, problem, epsilon);
  const settings = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const result = sinkhornHost(a, b, geometry, {
    ...settings,
    epsilon,
    initializer: start,
    ...(rho === undefined ? {} : { rho }),
  });
  const { f, g, status, iterations, errors, start: taken } = result;
  const values = entropicValues(a, b, geometry, result);
  const operator = () => hostPlan(geometry, epsilon, scaled(f, 1 / epsilon), scaled(g, 1 / epsilon));
  const [n, m] = geometry.shape;

  function plan(): NdArray<Float64Array>;
  function plan(sparse: SparseOptions): SparsePlan;
  function plan(sparse?: SparseOptions): NdArray<Float64Array> | SparsePlan {
    const dense = transportPlan(geometry, result);
    return sparse?.sparse ? sparseOf(dense, sparse.threshold ?? 1e-12) : dense;
  }

  return {
    value: values.objective,
    dualValue: values.dual,
    transportCost: values.transportCost,
    f,
    g,
    marginals: values.marginals,
    status,
    iterations,
    errors,
    start: taken,
    epsilon,
    rho,
    a,
    b,
    geometry,
    plan,
    apply: ((v) =>
      mapOfColumns(
        (rows, k) => operator().apply(rows, new Float64Array(k * n)),
        m,
        n,
        v,
        "apply",
      )) as Solution["apply"],
    applyTranspose: ((v) =>
      mapOfColumns(
        (rows, k) => operator().applyTranspose(rows, new Float64Array(k * m)),
        n,
        m,
        v,
        "applyTranspose",
      )) as Solution["applyTranspose"],
    transport(moved) {
      const source = requirePoints(points);
      return entropicMap(source, moved ?? source.x, g, epsilon);
    },
  };
}

function scaledRho(rho: Rho | undefined, scale: number): Rho | undefined {
  if (rho === undefined) return undefined;
  return typeof rho === "number" ? rho * scale : { a: rho.a * scale, b: rho.b * scale };
}

function scaled(values: Float64Array, factor: number): Float64Array {
  return values.map((value) => value * factor);
}

/** An initialiser for the host; one that works on tensors is asked now, on the backend in use or, without one, the fastest here. */
async function hostInitializer(
  choice: Initializer | string,
  { geometry, a, b }: SolveProblem,
  epsilon: number,
): Promise<HostInitializer> {
  const initializer = await resolveInitializer(choice);
  if (!("tensorPotential" in initializer) || "hostPotential" in initializer) return initializer as HostInitializer;
  await useBackendIfNone();
  const totals = a.reduce((sum, mass) => sum + mass, 0);
  const row = (masses: Float64Array): tf.Tensor =>
    tf.tensor2d(
      Float32Array.from(masses, (mass) => mass / totals),
      [1, masses.length],
    );
  const g = tf.tidy(() => initializer.tensorPotential({ geometry, a: row(a), b: row(b), epsilon }));
  const potential = Float64Array.from(await g.data());
  g.dispose();
  return { ...previousSolution(potential), name: initializer.name, guarded: initializer.guarded ?? false };
}

function sparseOf({ data, shape }: NdArray<Float64Array>, threshold: number): SparsePlan {
  const least = threshold * data.reduce((sum, mass) => sum + mass, 0);
  const kept: number[] = [];
  data.forEach((mass, at) => {
    if (mass > 0 && mass >= least) kept.push(at);
  });
  return {
    rows: Int32Array.from(kept, (at) => Math.floor(at / shape[1])),
    columns: Int32Array.from(kept, (at) => at % shape[1]),
    masses: Float64Array.from(kept, (at) => data[at]),
  };
}
