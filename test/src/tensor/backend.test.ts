import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { OptionError } from "../../../src/errors.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
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
    const device = name === "tensorflow" || name === "webgpu" ? expect.stringMatching(/^(gpu|host)$/) : "host";
    const adapter = name === "webgpu" ? expect.objectContaining({ name: expect.stringMatching(/\S/) }) : undefined;
    expect(await useBackend(name)).toEqual({ name, detail, device, adapter, reason: undefined, passedOver: [] });
  });
});

describe("useBackend", () => {
  it("takes wasm for optimal transport, whatever else is installed, and says why", async () => {
    expect(await useBackend("auto")).toMatchObject({
      name: "wasm",
      reason: "fastest here for optimal transport",
      passedOver: [],
    });
  });

  it("looks for a GPU for networks, then for native kernels, and says why not those before", async () => {
    const { name, reason, passedOver } = await useBackend("auto", "networks");
    if (passedOver.length < 2) return expect(["tensorflow", "webgpu"]).toContain(name); // a machine with a GPU
    expect(name).toBe(nativeStatus().addon || !backends.includes("tensorflow") ? "wasm" : "tensorflow");
    expect(reason).toBe("fastest here for training of networks");
    const before = name === "tensorflow" ? ["webgpu", "wasm"] : ["tensorflow", "webgpu"]; // it is tried again without a GPU
    expect(passedOver.slice(0, 2).map((report) => report.name)).toEqual(before);
    for (const { name: other, available, detail } of passedOver.slice(0, 2)) {
      if (available && other !== "wasm") expect(detail).toMatch(/^no GPU \(.*\)$/);
      expect(detail).toMatch(/\S/);
      expect(detail).not.toContain("\n");
    }
  });

  it.skipIf(!process.env["VK_DRIVER_FILES"]?.includes("swiftshader") || !backends.includes("webgpu"))(
    "passes over a software adapter of WebGPU, but takes it by name",
    async () => {
      const { name, passedOver } = await useBackend("auto", "networks");
      expect(name).not.toBe("webgpu");
      expect(passedOver.find((report) => report.name === "webgpu")).toMatchObject({
        available: true,
        detail: expect.stringMatching(/^no GPU \(.*swiftshader.*, a software adapter\)$/i),
      });
      expect(await useBackend("webgpu")).toMatchObject({ name: "webgpu", reason: undefined });
    },
  );

  it.each(["toString", "cuda", ""])("refuses %j, which is none", async (name) => {
    await expect(useBackend(name as "cpu")).rejects.toThrow(
      /^backend: expected auto or one of tensorflow, webgpu, wasm, cpu, got/,
    );
  });

  it("reports on all of them, in a fixed order", async () => {
    expect((await probeBackends()).map(({ name }) => name)).toEqual(ORDER);
  });

  const missing = ORDER.filter((name) => !backends.includes(name));
  it.skipIf(missing.length === 0)("refuses one that cannot be used, with the reason", async () => {
    const [name] = missing;
    const { detail } = (await probeBackends()).find((report) => report.name === name)!;
    await expect(useBackend(name)).rejects.toThrow(
      new OptionError("backend", `${name} cannot be used here (${detail}); choose another, see 'otlearn info'`),
    );
  });
});
