import { isDense, isGrid, type Geometry } from "../../geometry/geometry.ts";
import { checkRange } from "../../geometry/checks.ts";
import { gridTaps } from "../../geometry/grid-native.ts";
import { nativeStatus } from "../../native/loader.ts";
import { HostNewton } from "./host.ts";

/** Pairs at one epsilon: what is given, and what is written. */
export interface NewtonBatch {
  readonly count: number;
  /** [B, n] */
  readonly a: Float64Array;
  /** [B, m] */
  readonly b: Float64Array;
  /** [B, n], written. */
  readonly logU: Float64Array;
  /** [B, m], the start, and the solution. */
  readonly logV: Float64Array;
  readonly errors: Float64Array;
  readonly taken: Int32Array;
  readonly tolerance: number;
  readonly products: number;
}

/** Solves batches at one epsilon. */
export interface NewtonStage {
  readonly name: string;
  solve(batch: NewtonBatch): void;
}

/** The native kernels where they are there and know the geometry, a thread a pair; else float64 TypeScript. */
export function chooseNewtonStage(geometry: Geometry, epsilon: number): NewtonStage {
  return nativeStage(geometry, epsilon) ?? hostStage(geometry, epsilon);
}

function nativeStage(geometry: Geometry, epsilon: number): NewtonStage | undefined {
  const { addon, detail } = nativeStatus();
  if (!addon) return undefined;
  checkRange(epsilon, geometry.maxCost, "float64");
  const name = `native float64 (${detail})`;
  if (isGrid(geometry)) {
    const taps = gridTaps(geometry, epsilon);
    return { name, solve: ({ count, ...batch }) => addon.newtonOnGrid({ ...batch, ...taps, pairs: count }) };
  }
  if (!isDense(geometry)) return undefined;
  const [n, m] = geometry.shape;
  const cost = geometry.cost.data;
  return {
    name,
    solve: ({ count, ...batch }) => addon.newtonOnDense({ ...batch, n, m, epsilon, cost, pairs: count }),
  };
}

/** For any geometry, on one thread. */
export function hostStage(geometry: Geometry, epsilon: number): NewtonStage {
  const kernel = geometry.hostKernel(epsilon);
  return {
    name: "host float64",
    solve({ count, ...batch }) {
      const newton = new HostNewton(kernel, geometry.shape);
      for (let pair = 0; pair < count; pair++) newton.solve(batch, pair);
    },
  };
}
