import { rm } from "node:fs/promises";
import { join } from "node:path";
import { sinkinitOptions } from "../../models/sinkinit/options.ts";
import { completeSinkinit } from "../../models/sinkinit/presets.ts";
import { drawPrior } from "../../models/sinkinit/prior.ts";
import { setUpSinkinit } from "../../models/sinkinit/setup.ts";
import { sinkinitTask } from "../../models/sinkinit/task.ts";
import { writeNpz } from "../../src/data/npz.ts";
import { numberOption, resolveOptions } from "../../src/options.ts";
import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { Random } from "../../src/tensor/random.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import { unitGrid } from "../../src/geometry/grid.ts";
import { sinkhornCost } from "../../src/transport/sinkhorn/cost.ts";
import { sumOfCosts, type KernelCost } from "../../src/webgpu/cost.ts";
import { best } from "./timing.ts";
import { defineWork, temporaryFolder } from "./work.ts";

/** Of the paper, for both networks. */
const RATE = 0.25;
const [WEIGHTS_SEED, PRIOR_SEED] = [0, 1];

/**
 * Steps of training at the paper's sizes, of both networks: the task that `otlearn train` runs. The peer is given the weights
 * and the prior samples that ours begins with, so that the losses of the first step agree.
 */
export const sinkinitStepWork = defineWork({
  description: "One adversarial training step of a learned Sinkhorn initialiser at the paper's sizes.",
  options: {
    batch: numberOption({ description: "pairs of histograms a step", default: 500, least: 2, integer: true }),
    width: numberOption({ description: "units of each hidden layer", default: 3136, least: 1, integer: true }),
  },
  peer: "sinkinit_step.py",
  peerDevices: true,
  costs: ({ batch, width }) => [{ work: "sinkinit_step", ...stepCost(batch, width) }],
  async prepare({ batch, width, repeat }, { sgd }) {
    const widths = `${width},${width}`;
    const sizes = { preset: "paper", batch, widths, generatorWidths: widths };
    const options = completeSinkinit(resolveOptions(sinkinitOptions, sizes), "host");
    const settings = setUpSinkinit(options, { approximator: sgd(RATE), generator: sgd(RATE) });
    const task = sinkinitTask(settings);

    const folder = await temporaryFolder();
    const inputs = join(folder, "inputs.npz");
    const start = await task.init(Random.fromSeed(WEIGHTS_SEED));
    const saved = await task.save(start);
    task.dispose?.(start);
    const prior = drawPrior(settings.generator, batch, Random.fromSeed(PRIOR_SEED));
    await writeNpz(inputs, [
      ...weightsOf(saved, "approximator"),
      ...weightsOf(saved, "generator"),
      ["prior", ndarray((await prior.data()) as Float32Array, prior.shape)],
    ]);
    prior.dispose();

    return {
      async ours() {
        const state = await task.init(Random.fromSeed(WEIGHTS_SEED));
        const losses: number[] = [];
        const { timing } = await best(repeat, async () => {
          const random = Random.fromSeed(PRIOR_SEED);
          const context = { step: 1, random, signal: new AbortController().signal, progress: () => undefined };
          const { metrics } = await task.step(state, context); // changes the state in place
          losses.push(metrics["loss"]);
        });
        task.dispose?.(state);
        return [{ work: "sinkinit_step", batch, loss: losses[0], ...timing }];
      },
      peerArguments: [inputs, "--repeat", `${repeat}`],
      release: () => rm(folder, { recursive: true, force: true }),
    };
  },
});

const SIDE = 28;
const POINTS = SIDE * SIDE;
const EPSILON = 0.01;
/** Of tfjs in a step, as `bench sinkinit_step --width 16 --batch 4 --backend webgpu` counted them: 270 are its binary operations. */
const TFJS_LAUNCHES = 461;

/**
 * Of a step: two targets of 10 Sinkhorn iterations, and the products of dense layers, whose weights and numbers go by once for each. The
 * bytes of elementwise operations are left out.
 */
function stepCost(batch: number, width: number): KernelCost {
  const approximator = [2 * POINTS, width, width, POINTS];
  const generator = [(2 * POINTS) / 4, width, width, 2 * POINTS];
  const products = sumOfCosts(
    layersCost(approximator, batch, 5), // both losses forward, weights of one, and inputs of one and nearly those of the other
    layersCost(generator, batch, 3),
  );
  const target = sinkhornCost(unitGrid([SIDE, SIDE]), EPSILON, { pairs: batch, iterations: 10, domain: "auto" });
  return sumOfCosts(products, target, target, { launches: TFJS_LAUNCHES, bytes: 0, operations: 0 });
}

/** Of so many products with each matrix of weights, and one step of gradient descent on it. Launches are counted in all. */
function layersCost(widths: readonly number[], batch: number, times: number): KernelCost {
  const layers = widths.slice(1).map((out, layer) => {
    const weights = out * widths[layer];
    const numbers = batch * (out + widths[layer]);
    return {
      launches: 0,
      bytes: 4 * (times * (weights + numbers) + 3 * weights),
      operations: 2 * times * batch * weights,
    };
  });
  return sumOfCosts(...layers);
}

/** `approximator/hidden1/kernel`, ... */
function weightsOf(saved: StateTree, network: string): [string, NdArray][] {
  const weights = saved[network] as Readonly<Record<string, NdArray>>;
  return Object.entries(weights).map(([name, array]) => [`${network}/${name}`, array]);
}
