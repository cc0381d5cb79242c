// Costs are estimated without a device; here the estimates are held to what is launched.
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import type { Geometry } from "../../../src/geometry/geometry.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { barycenter } from "../../../src/transport/barycenter/barycenter.ts";
import { barycenterCost, barycenterGradientCost } from "../../../src/transport/barycenter/cost.ts";
import { webgpuEngine } from "../../../src/transport/barycenter/engine-webgpu.ts";
import { barycenterOperator } from "../../../src/transport/barycenter/operator.ts";
import { resolveBarycenterOptions } from "../../../src/transport/barycenter/options.ts";
import { sinkhornCost } from "../../../src/transport/sinkhorn/cost.ts";
import { sinkhornIterations } from "../../../src/transport/sinkhorn/iterations.ts";
import { countDispatches, type Dispatches } from "../../../eval/bench/dispatches.ts";
import { countLaunches } from "../../../src/webgpu/launch.ts";
import { lowerLimits } from "../../../src/webgpu/limits.ts";
import { backends } from "../../support/backends.ts";

/** Bytes of a binding, and of what is kept of iterations. */
interface Memory {
  readonly binding?: number;
  readonly keptBytes?: number;
}

/** Without those of tfjs, whose pipelines are named after its classes. */
function ownLaunches({ names }: Dispatches): number {
  return [...names].reduce((sum, [name, count]) => (name.endsWith("Program") ? sum : sum + count), 0);
}

const cloud = (points: number, axes: number) =>
  ndarray(
    Float64Array.from({ length: points * axes }, (_, i) => ((i + 1) * 0.618) % 1),
    [points, axes],
  );
const squares = grid({ size: [5, 6] });

describe.skipIf(!backends.includes("webgpu"))("what is launched is what was estimated", () => {
  beforeAll(() => useBackend("webgpu"));
  afterEach(() => lowerLimits({}));

  it.each<[string, Geometry, number, number, "log" | "auto"]>([
    ["a small grid", squares, 3, 7, "auto"],
    ["a small grid in the log domain", squares, 3, 7, "log"],
    ["a grid that no workgroup holds", squares, 3, 7, "auto"],
    ["a dense cost", denseGeometry(squares.costMatrix()), 5, 2, "log"],
    ["a cloud", pointCloud(cloud(40, 3), cloud(30, 3), { lazy: true }), 1, 3, "log"],
    ["a long cloud, in parts", pointCloud(cloud(2, 3), cloud(5000, 3), { lazy: true }), 1, 2, "log"],
  ])("of %s", async (name, geometry, pairs, iterations, domain) => {
    if (name === "a grid that no workgroup holds") lowerLimits({ maxComputeWorkgroupStorageSize: 1024 });
    const [n, m] = geometry.shape;
    const [a, b] = [n, m].map((width) => tf.fill([pairs, width], 1 / width));
    const kernel = geometry.kernel(5);
    const { result, launches } = countLaunches(() => sinkhornIterations(a, b, kernel, { iterations, domain }));
    await result.g.data();
    expect(sinkhornCost(geometry, 5, { pairs, iterations, domain })).toMatchObject({ launches });
    tf.dispose([a, b, result.f, result.g]);
    kernel.dispose();
  });

  it.each([
    ["a grid", squares, {}, {}],
    ["a grid with memory", squares, { heavyBall: -0.1 }, {}],
    ["a grid, debiased", squares, { debiased: true }, {}],
    ["a grid, debiased, one iteration", squares, { debiased: true, iterations: 1 }, {}],
    ["a grid, debiased, in segments", squares, { debiased: true, iterations: 5 }, { keptBytes: 2 ** 14 }],
    ["a dense cost", denseGeometry(squares.costMatrix()), {}, {}],
    ["more images than a binding holds", squares, {}, { binding: 2 ** 11 }],
    ["more iterations than are kept", squares, { iterations: 5 }, { keptBytes: 2 ** 14 }],
  ])("of a gradient of barycenters on %s", async (_, geometry: Geometry, more, { binding, keptBytes }: Memory) => {
    if (binding) lowerLimits({ maxStorageBufferBindingSize: binding });
    const [points, atoms, pixels] = [11, 2, 30];
    const options = { epsilon: 2, iterations: 3, ...more };
    const engine = webgpuEngine(geometry, resolveBarycenterOptions(options), { keptBytes })!;
    const operator = barycenterOperator(engine);
    const even = (rows: number, width: number) =>
      ndarray(new Float64Array(rows * width).fill(1 / width), [rows, width]);
    const data = new Float64Array(points * pixels).fill(1 / pixels);
    const { dispatches } = await countDispatches(() =>
      operator.lossAndGradient(
        { atoms: even(atoms, pixels), weights: even(points, atoms), start: undefined },
        { name: "kl", data, evaluate: () => 0 },
      ),
    );
    const cost = barycenterGradientCost(geometry, options, { points, atoms }, keptBytes);
    expect(cost.launches).toBe(ownLaunches(dispatches));
    engine.dispose();
  });

  it("of barycenters", async () => {
    const [atoms, weights] = [tf.fill([2, 30], 1 / 30), tf.fill([3, 2], 0.5)] as tf.Tensor2D[];
    const options = { epsilon: 2, iterations: 4 };
    const { result, launches } = countLaunches(() => barycenter({ geometry: squares, atoms, weights }, options));
    await result.barycenters.data();
    expect(barycenterCost(squares, options, { points: 3, atoms: 2 })).toMatchObject({ launches });
    tf.dispose([atoms, weights, result.barycenters, result.logScalings]);
  });
});
