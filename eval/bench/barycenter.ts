import * as tf from "@tensorflow/tfjs-core";
import { unitGrid } from "../../src/geometry/grid.ts";
import { numberOption } from "../../src/options.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { isOnHost } from "../../src/tensor/placement.ts";
import { barycenter } from "../../src/transport/barycenter/barycenter.ts";
import { barycenterCost } from "../../src/transport/barycenter/cost.ts";
import { debiasedBarycenter } from "../../src/transport/barycenter/debiased/barycenter.ts";
import { hostDebiasedBarycenter } from "../../src/transport/barycenter/debiased/host.ts";
import { hostBarycenter } from "../../src/transport/barycenter/host/barycenter.ts";
import { best, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

export const barycenterWork = defineWork({
  description: "Barycenters of images, plain and debiased.",
  options: {
    size: numberOption({ description: "pixels along a side", default: 64, least: 2, integer: true }),
    atoms: numberOption({ description: "images", default: 5, least: 1, integer: true }),
    iterations: numberOption({ description: "iterations, all carried out", default: 100, least: 1, integer: true }),
    epsilon: numberOption({ description: "regularisation, in the unit square", default: 0.01, above: 0 }),
  },
  peer: "barycenter.py",
  costs: ({ size, atoms, epsilon, iterations }) => {
    const cost = barycenterCost(unitGrid([size, size]), { epsilon, iterations }, { points: 1, atoms });
    return [{ work: "barycenter", kernel: "plain", size, epsilon, ...cost }];
  },
  async prepare(settings) {
    return {
      ours: async () => [await timed("plain", settings), await timed("debiased", settings)],
      peerArguments: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

interface BarycenterBenchSettings {
  readonly size: number;
  readonly atoms: number;
  readonly iterations: number;
  readonly epsilon: number;
  readonly repeat: number;
}

/**
 * Atom s (from 0) is a bump of width 4 + s pixels (at 64) whose centre goes along the falling diagonal, plus 1e-3 of its height
 * everywhere; weights are equal. In float64 where tensors are host memory, on a device in its float32.
 */
async function timed(kernel: "plain" | "debiased", settings: BarycenterBenchSettings): Promise<BenchResult> {
  const { size, atoms: count, iterations, epsilon, repeat } = settings;
  const geometry = unitGrid([size, size]);
  const pixels = size * size;
  const rows = Array.from({ length: count }, (_, s) => {
    const [x, y, width] = [12 + (40 * s) / Math.max(1, count - 1), 50 - (36 * s) / Math.max(1, count - 1), 4 + s];
    const scale = 64 / size;
    const values = Array.from({ length: pixels }, (_, i) => {
      const square = (scale * (i % size) - x) ** 2 + (scale * Math.floor(i / size) - y) ** 2;
      return Math.exp(-square / (2 * width * width)) + 1e-3;
    });
    const mass = values.reduce((sum, value) => sum + value, 0);
    return values.map((value) => value / mass);
  });
  const onHost = {
    geometry,
    atoms: ndarray(Float64Array.from(rows.flat()), [count, pixels]),
    weights: ndarray(new Float64Array(count).fill(1 / count), [1, count]),
  };
  const atoms = tf.tensor2d(rows);
  const weights: tf.Tensor2D = tf.fill([1, count], 1 / count);
  const onDevice = { geometry, kernel: geometry.kernel(epsilon), atoms, weights };
  const plain = { epsilon, iterations };
  const debiased = { epsilon, maxIterations: iterations, tolerance: 0 };
  const solvers = {
    plain: {
      host: () => hostBarycenter(onHost, plain).barycenters.data,
      device: () => read(barycenter(onDevice, plain)),
    },
    debiased: {
      host: () => hostDebiasedBarycenter(onHost, debiased).barycenters.data,
      device: async () => read(await debiasedBarycenter(onDevice, debiased)),
    },
  };
  const solve = solvers[kernel][isOnHost() ? "host" : "device"];
  const { timing, value } = await best(repeat, async () => solve());
  onDevice.kernel.dispose();
  tf.dispose([atoms, weights]);
  const sum = value.reduce((total, mass) => total + mass, 0);
  return {
    work: "barycenter",
    kernel,
    size,
    atoms: count,
    iterations,
    epsilon,
    sum,
    value: moment(value, size),
    ...timing,
  };
}

/** Waits for the device, and frees what it computed. */
async function read(tensors: {
  readonly barycenters: tf.Tensor;
  readonly logScalings?: tf.Tensor;
}): Promise<Float64Array> {
  const values = Float64Array.from(await tensors.barycenters.data());
  tf.dispose([tensors.barycenters, tensors.logScalings ?? []]);
  return values;
}

/** Mean squared distance of the mass from the first pixel, in pixels: peers debias in another order, so details are not yet equal. */
function moment(masses: Float64Array, size: number): number {
  const square = (i: number) => (i % size) ** 2 + Math.floor(i / size) ** 2;
  return masses.reduce((sum, mass, i) => sum + mass * square(i), 0) / masses.reduce((sum, mass) => sum + mass, 0);
}
