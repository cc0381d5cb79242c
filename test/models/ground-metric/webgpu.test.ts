import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, it } from "vitest";
import { groundMetricTask } from "../../../models/ground-metric/task.ts";
import { wsvOptions, type WsvOptions } from "../../../models/wsv/options.ts";
import { setUpWsv, wsvSettings } from "../../../models/wsv/setup.ts";
import { resolveOptions } from "../../../src/options.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { Random } from "../../../src/tensor/random.ts";
import { backends } from "../../support/backends.ts";
import { finish, iterate, randomMatrix } from "../../support/ground-metric.ts";

const data = randomMatrix(10, 8, 6, 0.3);

function settings(given: Partial<WsvOptions> = {}) {
  const options = resolveOptions(wsvOptions, { iterations: 2, tolerance: 0, ...given });
  return wsvSettings(options, setUpWsv(options, data));
}

describe.skipIf(!backends.includes("webgpu"))("Wasserstein singular vectors on a device", () => {
  afterAll(() => useBackend("cpu"));

  it("are those of the host to 1e-6", async () => {
    await useBackend("cpu");
    const host = await iterate(settings(), 9);
    await useBackend("webgpu");
    const device = await iterate(settings(), 9);
    for (const side of ["samples", "features"] as const) {
      expect(device.state[side].values).toBeAllclose(host.state[side].values, { relative: 1e-6, absolute: 1e-6 });
    }
  });

  it("go on bit for bit from a state saved in the middle of an iteration, and leave nothing on it", async () => {
    await useBackend("webgpu");
    const memory = () => (tf.memory() as tf.MemoryInfo & { numBytesInGPU: number }).numBytesInGPU;
    const before = memory();
    const task = () => groundMetricTask({ ...settings({ stochastic: 0.5 }), sliceSeconds: 1e-9 });
    const [first, second, third] = [task(), task(), task()];
    const [random, again] = [Random.fromSeed(9), Random.fromSeed(9)];
    const whole = await finish(third, await third.init(again), again, 1);
    let state = await first.init(random);
    let step = 1; // the first is one slice a half
    const context = () => ({ step, random, signal: new AbortController().signal, progress: () => undefined });
    while (!(state.half.side === "samples" && state.half.done > 0)) {
      const outcome = await first.step(state, context());
      state = outcome.state;
      if (!outcome.unfinished) step++;
    }
    expect(step).toBe(2);
    const tree = structuredClone(await first.save(state));
    const resumed = await finish(second, await second.load(tree), Random.fromState(random.state()), step);
    expect(resumed.state.samples.values).toEqual(whole.state.samples.values);
    expect(resumed.state.features.values).toEqual(whole.state.features.values);
    first.dispose!(state);
    second.dispose!(resumed.state);
    third.dispose!(whole.state);
    expect(memory()).toBe(before);
  });
});
