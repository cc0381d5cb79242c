import { describe, expect, it, onTestFinished } from "vitest";
import { deviceSeconds, isWorthDevice, mayBeWorthDevice } from "../../../src/tensor/device-rule.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { gradientCost } from "../../../src/transport/barycenter/step-cost.ts";
import { lowerLimits } from "../../../src/webgpu/limits.ts";
import { backends } from "../../support/backends.ts";

/** Of an imagined card of 1 TB/s and 15 TFLOP/s, and of one built into a processor. */
const CARD = { secondsPerLaunch: 5e-6, bytesPerSecond: 1e12, operationsPerSecond: 1.5e13, readBackSeconds: 2e-4 };
const SMALL = { secondsPerLaunch: 3e-5, bytesPerSecond: 3e10, operationsPerSecond: 4e11, readBackSeconds: 1e-3 };

const stepOf = (points: number, size: number, steps = 100) => ({
  ...gradientCost({ points, atoms: 5, iterations: 25, epsilon: 1, size: [size, size], isDense: false }, 2),
  steps,
});

describe("a GPU is taken", () => {
  it("for large work, and none is looked for where the run is short", () => {
    expect(isWorthDevice(stepOf(400, 224), CARD)).toBe(true);
    expect(isWorthDevice(stepOf(20, 32), CARD)).toBe(false);
    expect(mayBeWorthDevice(stepOf(400, 224))).toBe(true);
    expect(mayBeWorthDevice(stepOf(20, 32))).toBe(false); // seconds in all
    expect(mayBeWorthDevice(stepOf(400, 224, 1))).toBe(false); // one step pays for no opening
  });

  it("only where the card is fast", () => {
    expect(isWorthDevice(stepOf(400, 224), SMALL)).toBe(false);
  });

  it("only where it sees an image's atoms at once", () => {
    lowerLimits({ maxStorageBufferBindingSize: 2 ** 27 }); // what every device promises; one in use here may see more
    onTestFinished(() => lowerLimits({}));
    const step = {
      ...gradientCost({ points: 1e4, atoms: 1000, iterations: 25, epsilon: 1, size: [256, 256], isDense: false }, 2),
    };
    expect(mayBeWorthDevice({ ...step, steps: 1000 })).toBe(false);
  });

  it("by launches and reads, where those are what there is", () => {
    const step = { launches: 1000, bytes: 0, operations: 0, readBacks: 3, hostSeconds: 0.02, steps: 10_000 };
    expect(deviceSeconds(step, CARD)).toBeCloseTo(0.0056, 10);
    expect(isWorthDevice(step, CARD)).toBe(true);
    expect(isWorthDevice({ ...step, launches: 3000 }, CARD)).toBe(false);
    expect(isWorthDevice({ ...step, readBacks: 60 }, CARD)).toBe(false);
  });
});

describe("the cost of a gradient", () => {
  it("is what the native one takes on the machine of its constants", () => {
    const photographs = { points: 20, atoms: 5, iterations: 5, epsilon: 1, size: [224, 224], isDense: false };
    expect([gradientCost(photographs, 2).hostSeconds]).toBeAllclose([0.034], { relative: 0.1 });
    const dense = { ...photographs, size: [32, 32], isDense: true };
    expect([gradientCost(dense, 2).hostSeconds]).toBeAllclose([0.0052], { relative: 0.1 });
  });

  it("grows with the groups that a device takes the data in", () => {
    const { launches } = stepOf(20, 32);
    expect(launches).toBe(11 * 25 + 2); // as counted on a software adapter
    expect(stepOf(40 * 20, 64).launches).toBeGreaterThan(launches);
  });
});

describe.skipIf(!backends.includes("webgpu") || !process.env["VK_DRIVER_FILES"]?.includes("swiftshader"))(
  "a software adapter",
  () => {
    it("is never taken, however large the work", async () => {
      const { name, passedOver } = await useBackend("auto", "transport", stepOf(1e6, 224));
      expect(name).toBe("wasm");
      expect(passedOver).toMatchObject([
        { name: "webgpu", detail: expect.stringMatching(/^no GPU \(.*a software adapter\)$/) },
      ]);
    });
  },
);
