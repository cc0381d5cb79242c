import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { probeBackends, useBackend } from "../../../src/tensor/backend.ts";
import { withoutGradient } from "../../../src/tensor/without-gradient.ts";
import { backends } from "../../support/backends.ts";

const ORDER = ["tensorflow", "webgpu", "wasm", "cpu"] as const;

describe.each(backends)("%s", (name) => {
  beforeAll(async () => void (await useBackend(name)));

  it("computes", async () => {
    expect(tf.getBackend()).toBe(name);
    expect(await tf.add(1, 2).data()).toBeAllclose([3]);
  });

  it("has gradients", async () => {
    const slope = tf.grad((x) => tf.sum(tf.mul(x, tf.exp(x))))(tf.tensor1d([0, 1]));
    expect(await slope.data()).toBeAllclose([1, 2 * Math.E], { relative: 1e-5 });
  });

  it("passes over what is a constant of the tape", async () => {
    const slope = tf.grad((x) =>
      tf.sum(
        tf.mul(
          x,
          withoutGradient(x, (y) => tf.cast(tf.greater(y, 1), "float32")),
        ),
      ),
    );
    expect(await slope(tf.tensor1d([0, 2])).data()).toBeAllclose([0, 1]);
  });

  it("is what its probe found, and a probe changes nothing", async () => {
    await useBackend("cpu");
    const { available, detail } = (await probeBackends()).find((report) => report.name === name)!;
    expect([available, tf.getBackend()]).toEqual([true, "cpu"]);
    expect(await useBackend(name)).toEqual({ name, detail, passedOver: [] });
  });
});

describe("useBackend", () => {
  it("takes for auto the first that works, and says why not those before", async () => {
    const { name, passedOver } = await useBackend("auto");
    expect(name).toBe(ORDER.find((candidate) => backends.includes(candidate)));
    expect(passedOver.map((report) => report.name)).toEqual(ORDER.slice(0, ORDER.indexOf(name)));
    for (const { available, detail } of passedOver) {
      expect(available).toBe(false);
      expect(detail).toMatch(/\S/);
      expect(detail).not.toContain("\n");
    }
  });

  it("reports on all of them, in the order of preference", async () => {
    expect((await probeBackends()).map(({ name }) => name)).toEqual(ORDER);
  });

  const missing = ORDER.filter((name) => !backends.includes(name));
  it.skipIf(missing.length === 0)("refuses one that cannot be used, with the reason", async () => {
    const [name] = missing;
    const { detail } = (await probeBackends()).find((report) => report.name === name)!;
    await expect(useBackend(name)).rejects.toThrow(
      new InputError(
        `backend ${name}: cannot be used here (${detail}); choose another with --backend, or see 'otlearn info'`,
      ),
    );
  });
});
