// Costs are estimated without a device; here the estimates are held to what is launched.
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import type { Geometry } from "../../../src/geometry/geometry.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { chooseBarycenterEngine } from "../../../src/transport/barycenter/choose.ts";
import { barycenterOperator } from "../../../src/transport/barycenter/operator.ts";
import { barycenterCost } from "../../../src/transport/barycenter/cost.ts";
import { sinkhornCost } from "../../../src/transport/sinkhorn/cost.ts";
import { sinkhornIterations } from "../../../src/transport/sinkhorn/iterations.ts";
import { countLaunches } from "../../../src/webgpu/launch.ts";
import { lowerLimits } from "../../../src/webgpu/limits.ts";
import { backends } from "../../support/backends.ts";

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
    ["a dense cost", denseGeometry(squares.costMatrix()), 5, 2, "log"],
    ["a cloud", pointCloud(cloud(40, 3), cloud(30, 3), { lazy: true }), 1, 3, "log"],
    ["a long cloud, in parts", pointCloud(cloud(2, 3), cloud(5000, 3), { lazy: true }), 1, 2, "log"],
  ])("of %s", async (_, geometry, pairs, iterations, domain) => {
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
    ["a grid", squares, {}, undefined],
    ["a grid with memory", squares, { heavyBall: -0.1 }, undefined],
    ["a dense cost", denseGeometry(squares.costMatrix()), {}, undefined],
    ["more images than a binding holds", squares, {}, 2 ** 12],
  ])("of a gradient of barycenters on %s", async (_, geometry: Geometry, more, maxStorageBufferBindingSize) => {
    if (maxStorageBufferBindingSize) lowerLimits({ maxStorageBufferBindingSize });
    const [points, atoms, iterations, pixels] = [11, 2, 3, 30];
    const options = { epsilon: 2, iterations, ...more };
    const operator = barycenterOperator(chooseBarycenterEngine(geometry, options));
    const even = (rows: number, width: number) => ndarray(new Float64Array(rows * width).fill(1 / width), [rows, width]);
    const data = new Float64Array(points * pixels).fill(1 / pixels);
    const { dispatches } = await countDispatches(() =>
      operator.lossAndGradient(
        { atoms: even(atoms, pixels), weights: even(points, atoms), start: undefined },
        { name: "kl", data, evaluate: () => 0 },
      ),
    );
    expect(barycenterCost(geometry, options, { points, atoms })).toMatchObject({ launches: ownLaunches(dispatches) });
  });
});
