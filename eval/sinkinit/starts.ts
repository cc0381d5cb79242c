import * as tf from "@tensorflow/tfjs-core";
import type { LearnedInitializer } from "../../models/sinkinit/initializer.ts";
import { ownIterations } from "../../models/sinkinit/approximator.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { gaussian } from "../../src/transport/initializers/gaussian.ts";
import type { HostInitializer } from "../../src/transport/initializers/initializer.ts";
import { ones } from "../../src/transport/initializers/ones.ts";
import type { Pairs } from "./pairs.ts";

/** Starts for all pairs by one method. */
export interface Starts {
  readonly name: string;
  /** g [count, points] in cost units. */
  readonly potentials: Float64Array;
  /** Sinkhorn iterations that the initialiser itself runs. */
  readonly iterations: number;
  /** Time of the initialiser, a pair. */
  readonly milliseconds: number;
}

/** The starts to compare: learned, ones and, for squared Euclidean costs, Gaussian. */
export async function startsOf(
  learned: LearnedInitializer,
  { mu, nu }: Pairs,
  geometry: Geometry,
  epsilon: number,
): Promise<Starts[]> {
  const [count, points] = mu.shape;
  const host = [ones, ...(geometry.coordinates?.cost === "squared-euclidean" ? [gaussian] : [])];
  return [
    await learnedStarts(learned, { mu, nu }, geometry, epsilon),
    ...host.map((initializer: HostInitializer) => {
      const potentials = new Float64Array(count * points);
      const began = performance.now();
      for (let start = 0; start < potentials.length; start += points) {
        const [a, b] = [mu, nu].map(({ data }) => data.subarray(start, start + points));
        potentials.set(initializer.hostPotential({ geometry, a, b, epsilon }), start);
      }
      return { name: initializer.name, potentials, iterations: 0, milliseconds: (performance.now() - began) / count };
    }),
  ];
}

/** All pairs in one pass of the network; the first pass, which loads kernels, is not timed. */
async function learnedStarts(
  learned: LearnedInitializer,
  { mu, nu }: Pairs,
  geometry: Geometry,
  epsilon: number,
): Promise<Starts> {
  const [count, points] = mu.shape;
  const predict = async (rows: number): Promise<Float32Array> => {
    const g = tf.tidy(() => {
      const [a, b] = [mu, nu].map(({ data }) =>
        tf.tensor2d(Float32Array.from(data.subarray(0, rows * points)), [rows, points]),
      );
      return learned.tensorPotential({ geometry, a, b, epsilon });
    });
    const data = (await g.data()) as Float32Array;
    g.dispose();
    return data.slice();
  };
  await predict(1);
  const began = performance.now();
  const potentials = await predict(count);
  const milliseconds = (performance.now() - began) / count;
  return {
    name: "learned",
    potentials: Float64Array.from(potentials),
    iterations: ownIterations(learned.spec),
    milliseconds,
  };
}
