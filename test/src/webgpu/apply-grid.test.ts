import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { grid } from "../../../src/geometry/grid.ts";
import { LOG_ZERO } from "../../../src/geometry/log-sum.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { applyGrid } from "../../../src/webgpu/apply-grid.ts";
import { passAxes } from "../../../src/webgpu/axis-pass.ts";
import { countLaunches } from "../../../src/webgpu/launch.ts";
import { lowerLimits } from "../../../src/webgpu/limits.ts";
import { backends } from "../../support/backends.ts";
import { randomHistogram, randomNormal } from "../../support/problems.ts";

const SHAPES = [
  { size: [100], spacing: 0.02 },
  { size: [3, 70], spacing: [0.1, 0.02] },
  { size: [70, 3], spacing: [0.02, 0.1] },
  { size: [130, 17], spacing: 0.01 },
  { size: [5, 1, 33], spacing: 0.1 },
  { size: [6, 7, 5], spacing: 0.2 },
];

describe.skipIf(!backends.includes("webgpu"))("passes over the axes of a grid", () => {
  beforeAll(() => useBackend("webgpu"));
  afterEach(() => lowerLimits({}));

  for (const options of SHAPES) {
    const geometry = grid(options);
    const points = geometry.shape[0];
    for (const epsilon of [0.5, 0.02, 0.0005]) {
      const host = geometry.hostKernel(epsilon);
      const axes = passAxes(geometry.size, geometry.spacing, epsilon);

      it(`[${options.size.join(", ")}]: K x is float64's at epsilon ${epsilon}`, async () => {
        const rows = [1, 2, 3].map((seed) => randomHistogram(points, seed, 0.3));
        const x = tf.tensor2d(Float32Array.from(rows.flatMap((row) => [...row])), [3, points]);
        const y = applyGrid(x, axes, "numbers");
        const expected = rows.map((row) => host.apply(row, new Float64Array(points)));
        expect(await y.data()).toBeAllclose(expected, { relative: 1e-6, absolute: 1e-30 });
        tf.dispose([x, y]);
      });

      it(`[${options.size.join(", ")}]: log K exp(x) is float64's at epsilon ${epsilon}`, async () => {
        const rows = [1, 2, 3].map((seed) => {
          const present = randomHistogram(points, seed, 0.5);
          return randomNormal(points, seed).map((value, i) =>
            present[i] > 0 || i === 0 ? value / epsilon : -Infinity,
          );
        });
        const stored = Float32Array.from(rows.flatMap((row) => [...row].map((value) => Math.max(value, LOG_ZERO))));
        const x = tf.tensor2d(stored, [3, points]);
        const y = applyGrid(x, axes, "logarithms");
        const expected = rows.map((row) => host.logApply(row, new Float64Array(points)));
        const scale = Math.max(...expected.flatMap((row) => [...row].map(Math.abs)));
        expect(await y.data()).toBeAllclose(expected, { relative: 0, absolute: 5e-7 * scale + 2e-6 });
        tf.dispose([x, y]);
      });
    }
  }

  it("small limits change nothing, and the same bits come twice", async () => {
    const axes = passAxes([9, 12], [0.1, 0.1], 0.01);
    const x = tf.randomNormal([40, 108], 0, 3, "float32", 1);
    const run = async (domain: "numbers" | "logarithms") => {
      const y = applyGrid(x, axes, domain);
      const data = await y.data();
      y.dispose();
      return data;
    };
    const before = tf.memory().numTensors;
    for (const domain of ["numbers", "logarithms"] as const) {
      const first = await run(domain);
      expect(await run(domain)).toEqual(first);
      lowerLimits({ maxComputeWorkgroupsPerDimension: 3, maxStorageBufferBindingSize: 16 * 108 * 4 });
      expect(await run(domain)).toEqual(first);
      lowerLimits({ maxComputeInvocationsPerWorkgroup: 64 });
      expect(await run(domain)).toBeAllclose(first, { relative: 1e-6, absolute: 1e-6 });
      lowerLimits({});
    }
    expect(tf.memory().numTensors).toBe(before);
    const { launches, result } = countLaunches(() => applyGrid(x, axes, "numbers"));
    expect(launches).toBe(2);
    tf.dispose([x, result]);
  });
});
