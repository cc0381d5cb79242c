import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { dictionaryObjective, packFactors, type WdlProblem } from "../../models/wdl/objective.ts";
import { softmax } from "../../models/wdl/simplex.ts";
import { denseGeometry } from "../../src/geometry/dense.ts";
import { grid } from "../../src/geometry/grid.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { Random } from "../../src/tensor/random.ts";
import { chooseBarycenterEngine } from "../../src/transport/barycenter/choose.ts";
import { barycenterOperator } from "../../src/transport/barycenter/operator.ts";
import { sinkhornDivergencePairs } from "../../src/transport/pairs/sinkhorn-divergence-pairs.ts";
import { sinkhorn } from "../../src/transport/sinkhorn/sinkhorn.ts";
import { submit } from "../../src/webgpu/launch.ts";
import { backends } from "../support/backends.ts";
import { euclideanCost } from "../support/exact.ts";
import { SMALL_PAPER, taskOf } from "../support/sinkinit.ts";
import { dataTerm, randomFactors, randomRows } from "../support/wdl.ts";

/** What a step leaves behind shows after few; `OTLEARN_LEAK_STEPS=1000` takes minutes on a software adapter. */
const STEPS = Number(process.env["OTLEARN_LEAK_STEPS"] ?? 10);
const geometry = grid({ size: [4, 4] });
const dense = denseGeometry(euclideanCost(16, 2));

type Step = () => Promise<unknown>;

/** Gradients of a dictionary, as L-BFGS asks for them. */
function dictionarySteps(): Step {
  const problem: WdlProblem = {
    term: dataTerm("quadratic", geometry, 2, randomRows(3, 16, 9)),
    pixels: 16,
    atoms: 2,
    operator: barycenterOperator(chooseBarycenterEngine(geometry, { epsilon: 2, iterations: 2 })),
    weightMap: softmax,
    zeta: 0.3,
  };
  const { atoms, weights } = randomFactors(3, 2, 16, 5);
  const x = packFactors(problem, atoms, weights);
  return () => dictionaryObjective(problem)(x);
}

/** Problems of a batch to a tolerance. */
function sinkhornSteps(space: Parameters<typeof sinkhorn>[2]): Step {
  const [a, b] = [randomRows(2, 16, 1), randomRows(2, 16, 2)].map((data) => ndarray(data, [2, 16]));
  return async () => {
    const { f, g } = await sinkhorn(a, b, space, { epsilon: 2, maxIterations: 20 });
    tf.dispose([f, g]);
  };
}

/** Divergences of all pairs under a cost that changes, as power iterations ask for them. */
function pairSteps(): Step {
  const pairs = sinkhornDivergencePairs(ndarray(randomRows(4, 16, 3), [4, 16]));
  return async () => {
    pairs.setCost(euclideanCost(16, 2), { epsilon: 0.5 });
    await pairs.solve();
  };
}

/** Adversarial steps of two networks, state kept on the device. */
async function networkSteps(): Promise<Step> {
  const { task } = taskOf({ ...SMALL_PAPER, samples: 5 * (STEPS + 2) });
  const random = Random.fromSeed(1);
  const state = await task.init(random);
  const context = { random, signal: new AbortController().signal, progress: () => undefined };
  let step = 0;
  return () => task.step(state, { step: ++step, ...context });
}

const KINDS: readonly (readonly [name: string, make: () => Step | Promise<Step>, steps: number])[] = [
  ["gradients of a dictionary", dictionarySteps, STEPS],
  ["Sinkhorn on a grid", () => sinkhornSteps(geometry), STEPS],
  ["Sinkhorn under a dense cost", () => sinkhornSteps(dense), STEPS],
  ["divergences of pairs", pairSteps, STEPS],
  ["training of networks", networkSteps, Math.ceil(STEPS / 4)],
];

/** What lies on the device once all that was recorded is done with. */
function held(): { readonly tensors: number; readonly bytes: number } {
  submit();
  const { numTensors, numBytesInGPU } = tf.memory() as tf.MemoryInfo & { numBytesInGPU: number };
  return { tensors: numTensors, bytes: numBytesInGPU };
}

describe.skipIf(!backends.includes("webgpu"))("a device's memory", () => {
  beforeAll(() => useBackend("webgpu"));

  it.each(KINDS)(
    "holds as much after many steps as after the first: %s",
    async (_, make, steps) => {
      const step = await make();
      await step();
      await step();
      const before = held();
      for (let count = 0; count < steps; count++) await step();
      expect(held()).toEqual(before);
    },
    60_000 + 1000 * STEPS,
  );
});
