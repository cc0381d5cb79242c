import { asImages } from "../../../eval/wdl/images.ts";
import { morphView } from "../../../eval/wdl/morph.ts";
import type { Factors } from "../../../models/wdl/factors.ts";
import { unpackFactors } from "../../../models/wdl/objective.ts";
import { wdlOptions, type WdlOptions } from "../../../models/wdl/options.ts";
import { setUpWdl, type WdlSetup } from "../../../models/wdl/setup.ts";
import { wdlStepCost } from "../../../models/wdl/step-cost.ts";
import { wdlTask } from "../../../models/wdl/task.ts";
import { encodeNpy } from "../../../src/data/npy.ts";
import { resolveOptions } from "../../../src/options.ts";
import { useBackend, type BackendSelection } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { train, type TrainResult } from "../../loop.ts";
import { MemoryRun } from "../../memory-run.ts";
import { lbfgs } from "../../optimizers/index.ts";
import { quietReporter } from "../../progress/quiet.ts";
import type { Images, Learned, News, Order } from "./messages.ts";

let stop = new AbortController();

addEventListener("message", ({ data: order }: MessageEvent<Order>) => {
  if (order.kind === "stop") stop.abort("the button");
  else learn(order).catch((error: unknown) => tell({ kind: "fault", message: (error as Error).message }));
});

function tell(news: News): void {
  postMessage(news);
}

/** Trains a dictionary as `otlearn train wdl` does, and tells how it goes. */
async function learn({ images, options: chosen, backend: choice }: Extract<Order, { kind: "learn" }>): Promise<void> {
  stop = new AbortController();
  const dataset = {
    kind: "images",
    name: images.dataset?.name ?? "images",
    values: ndarray(images.values, images.shape),
    names: images.names,
  } as const;
  const options = resolveOptions(wdlOptions, { ...chosen, size: images.dataset?.size });
  const backend = await useBackend(choice, "transport", wdlStepCost(options, dataset));
  tell({ kind: "backend", text: describe(backend) });
  const setup = await setUpWdl(options, dataset);
  const task = wdlTask({ ...options, problem: setup.problem, optimizer: lbfgs() });
  let reached: Awaited<ReturnType<typeof task.init>>;
  const watched: typeof task = {
    ...task,
    async step(state, context) {
      const outcome = await task.step(state, context);
      reached = outcome.state;
      return outcome;
    },
  };
  const factors = (x: Float64Array): Factors => unpackFactors(setup.problem, x);
  const run = await MemoryRun.create({
    task: task.name,
    steps: task.steps,
    seed: 0,
    backend: backend.name,
    options: { ...options, ...(images.dataset && { dataset: images.dataset.name }) },
    dataset,
  });
  const result = await train(watched, {
    seed: 0,
    run,
    signal: stop.signal,
    reporter: {
      ...quietReporter,
      row(row) {
        tell({ kind: "step", row, atoms: asImages({ setup, options }, factors(reached.optimizer.x).atoms) });
      },
    },
  });
  tell({ kind: "learned", ...(await learned(result, run, factors(result.state.optimizer.x), setup, options, images)) });
}

async function learned(
  { status, reason, step }: TrainResult<unknown>,
  run: MemoryRun,
  factors: Factors,
  setup: WdlSetup,
  options: WdlOptions,
  { names, shape: [count, height, width] }: Images,
): Promise<Learned> {
  const { atoms, weights } = factors;
  const { sinkhornIterations } = options;
  return {
    reason: `${status} after ${step} steps: ${reason}`,
    files: {
      "atoms.npy": encodeNpy(ndarray(Float32Array.from(atoms), [options.atoms, height, width])),
      "weights.npy": encodeNpy(ndarray(Float32Array.from(weights), [count, options.atoms])),
      "run.zip": run.zip(),
    },
    morph: await morphView({ setup, options, factors, names, sinkhornIterations }, { kind: "live" }),
  };
}

/** "wasm (tfjs-backend-wasm 4.22.0), fastest here for optimal transport; webgpu: no GPU" */
function describe({ name, detail, reason, passedOver }: BackendSelection): string {
  const others = passedOver.map((other) => `; ${other.name}: ${other.detail}`).join("");
  return `${name} (${detail}), ${reason ?? "as asked for"}${others}`;
}
