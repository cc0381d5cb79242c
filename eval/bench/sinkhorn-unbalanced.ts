import * as tf from "@tensorflow/tfjs-core";
import { denseGeometry } from "../../src/geometry/dense.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { numberOption } from "../../src/options.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { isOnHost } from "../../src/tensor/placement.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";
import { entropicValues } from "../../src/transport/sinkhorn/objective.ts";
import { sinkhorn, type SinkhornTensorOptions } from "../../src/transport/sinkhorn/sinkhorn.ts";
import { best, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

export const sinkhornUnbalancedWork = defineWork({
  description: "Unbalanced Sinkhorn between two clouds of unequal totals, to a tolerance, at two penalties.",
  options: {
    points: numberOption({ description: "points of each cloud", default: 1000, least: 2, integer: true }),
    tolerance: numberOption({
      description: "share of the mass that the last iteration changes (default: 1e-9, on a device 1e-5)",
      default: undefined,
      above: 0,
    }),
  },
  peer: "sinkhorn_unbalanced.py",
  peerDevices: true,
  async prepare({ tolerance = isOnHost() ? 1e-9 : 1e-5, ...sizes }) {
    const settings = { ...sizes, tolerance };
    return {
      ours: async () => sinkhornUnbalanced(settings),
      peerArguments: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

const EPSILON = 0.05;
const RHOS = [1, 100];

interface UnbalancedSettings {
  readonly points: number;
  readonly tolerance: number;
  readonly repeat: number;
}

/** Multiples of these, modulo one, spread evenly over the unit interval. */
const STRIDES = [0.6180339887498949, 0.7548776662466927, 0.5698402909980532, 0.8191725133961645] as const;

/**
 * `sinkhornHost`, on a device `sinkhorn`, until an iteration changes less than `tolerance`, squared distances of two clouds in the unit
 * square as a matrix. The peers stop at the same change. A result for each penalty.
 */
async function sinkhornUnbalanced({ points, tolerance, repeat }: UnbalancedSettings): Promise<BenchResult[]> {
  const spread = (stride: number): Float64Array =>
    Float64Array.from({ length: points }, (_, k) => ((k + 1) * stride) % 1);
  const [x0, x1, y0, y1] = STRIDES.map(spread);
  const cost = Float64Array.from({ length: points * points }, (_, at) => {
    const [i, j] = [Math.floor(at / points), at % points];
    return (x0[i] - 0.8 * y0[j] - 0.2) ** 2 + (x1[i] - 0.8 * y1[j] - 0.2) ** 2;
  });
  const geometry = denseGeometry(ndarray(cost, [points, points]));
  const withTotal = (masses: Float64Array, total: number): Float64Array => {
    const sum = masses.reduce((all, mass) => all + mass, 0);
    return masses.map((mass) => (mass * total) / sum);
  };
  const a = withTotal(
    x0.map((value) => value + 0.1),
    1,
  );
  const b = withTotal(
    x1.map((value) => value * value + 0.1),
    1.5,
  );
  const results: BenchResult[] = [];
  const tensors = [a, b].map((masses) => tf.tensor1d(Float32Array.from(masses)));
  for (const rho of RHOS) {
    const options = { epsilon: EPSILON, rho, tolerance };
    const { timing, value } = await best(repeat, async () =>
      isOnHost() ? sinkhornHost(a, b, geometry, options) : onDevice(tensors, geometry, options),
    );
    const check = entropicValues(a, b, geometry, value).objective;
    const { iterations } = value;
    results.push({ work: "sinkhorn_unbalanced", epsilon: EPSILON, rho, points, iterations, check, ...timing });
  }
  tf.dispose(tensors);
  return results;
}

/** Potentials that have been read. */
async function onDevice(
  [a, b]: tf.Tensor[],
  geometry: Geometry,
  options: SinkhornTensorOptions & { readonly rho: number },
) {
  const { f, g, iterations } = await sinkhorn(a, b, geometry, options);
  const read = { f: await f.data(), g: await g.data(), epsilon: options.epsilon, rho: options.rho, iterations };
  tf.dispose([f, g]);
  return read;
}
