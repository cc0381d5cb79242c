import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { RunError } from "../../../../src/errors.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { nativeStatus } from "../../../../src/native/loader.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { isOnHost } from "../../../../src/tensor/placement.ts";
import { barycenter } from "../../../../src/transport/barycenter/barycenter.ts";
import { chooseBarycenterEngine } from "../../../../src/transport/barycenter/choose.ts";
import { hostEngine } from "../../../../src/transport/barycenter/engine-host.ts";
import { nativeEngine } from "../../../../src/transport/barycenter/engine-native.ts";
import type { HostEngine } from "../../../../src/transport/barycenter/engine.ts";
import { hostBarycenter } from "../../../../src/transport/barycenter/host/barycenter.ts";
import { barycenterOperator } from "../../../../src/transport/barycenter/operator.ts";
import { resolveBarycenterOptions } from "../../../../src/transport/barycenter/options.ts";
import { backends } from "../../../support/backends.ts";
import { relativeNorm } from "../../../support/allclose.ts";
import { randomProblem } from "../../../support/barycenter.ts";
import { hostFactors } from "../../../support/factors.ts";
import { points } from "../../../support/problems.ts";
import { dataTerm, randomRows } from "../../../support/wdl.ts";

const geometry = grid({ size: [5, 4] });
const problem = randomProblem(geometry, 3, 5, 0);
const [weights, pixels] = [problem.weights.shape[0], 20];
const options = { epsilon: 2, iterations: 4 };
const term = dataTerm("kl", geometry, 2, randomRows(weights, pixels, 8));

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it("runs on the native kernels where tensors are host memory, else on the device", () => {
    const expected = isOnHost() ? (nativeStatus().addon ? "native float32" : "host float64") : `${backend} float32`;
    expect(barycenterOperator(chooseBarycenterEngine(geometry, options)).name).toContain(expected);
  });

  it("equals the host in float64", async () => {
    const operator = barycenterOperator(chooseBarycenterEngine(geometry, options));
    const exact = hostFactors(geometry, options);
    const factors = { atoms: problem.atoms.data as Float64Array, weights: problem.weights.data as Float64Array };
    expect(relativeNorm(await operator.barycenters(problem), await exact.barycenters(factors))).toBeLessThan(1e-5);
    const [mine, other] = [
      await operator.lossAndGradient(problem, term),
      await exact.lossAndGradient(factors, undefined, term),
    ];
    expect([mine.value]).toBeAllclose([other.value], { relative: 1e-5 });
    expect(relativeNorm(mine.gradient.atoms, other.gradient.atoms)).toBeLessThan(1e-4);
    expect(relativeNorm(mine.gradient.weights, other.gradient.weights)).toBeLessThan(1e-4);
  });
});

/** Three bumps on which over-relaxation by 1.99 leaves the numbers: what came was zeros or infinity. */
const bumps = {
  atoms: points([bump(2, 2, 3), bump(9, 3, 4), bump(5, 9, 2)]),
  weights: points([[0.5, 0.3, 0.2]]),
};
function bump(row: number, column: number, width: number): number[] {
  const values = Array.from({ length: 144 }, (_, i) => {
    return Math.exp(-((Math.floor(i / 12) - row) ** 2 + ((i % 12) - column) ** 2) / width) + 1e-6;
  });
  const mass = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / mass);
}
const diverging = { epsilon: 2, iterations: 400, heavyBall: -0.99, rho: 10 };

describe("a barycenter without mass or not finite", () => {
  const plane = grid({ size: [12, 12] });

  it("is never a result: host function, operator and tensor operation say so", async () => {
    await useBackend("cpu");
    const message = /a mass of (NaN|0|Infinity|[\d.e+]+) in the result .* take heavyBall \(-0.99\) nearer to 0/;
    expect(() => hostBarycenter({ geometry: plane, ...bumps }, diverging)).toThrow(message);
    await expect(barycenterOperator(chooseBarycenterEngine(plane, diverging)).barycenters(bumps)).rejects.toThrow(
      RunError,
    );
    const [atoms, lambda] = [bumps.atoms, bumps.weights].map(({ data, shape }) => {
      return tf.tensor2d(Float32Array.from(data), shape as [number, number]);
    });
    expect(() => barycenter({ geometry: plane, atoms, weights: lambda }, diverging)).toThrow(message);
  });

  it.each([
    { heavyBall: -0.9, iterations: 10, rho: Infinity }, // a mass of 1e9
    { heavyBall: -0.9, iterations: 25, rho: 10 }, // 1e69
  ])("nor is one that heavy-ball made diverge to finite numbers: $heavyBall", (options) => {
    const run = () => hostBarycenter({ geometry: plane, ...bumps }, { epsilon: 2, ...options });
    expect(run).toThrow(/a mass of [\d.e+]+ in the result for weights 0, .* take heavyBall/);
  });

  it("costs infinitely much, so that a line search turns back", async () => {
    const data = dataTerm("kl", plane, 0.5, randomRows(1, 144, 3));
    const { value } = await barycenterOperator(chooseBarycenterEngine(plane, diverging)).lossAndGradient(bumps, data);
    expect(value).toBe(Infinity);
  });
});

describe("arrays of other numbers than float64", () => {
  const exact = [[2, 0, 1, 1], [0, 1, 3, 1]]; // prettier-ignore
  const line = grid({ size: [4] });
  const given = { geometry: line, atoms: points(exact), weights: points([[3, -2]]) };
  const expected = hostBarycenter(given, options).barycenters.data;

  it.each([
    ["Int32Array", (data: ArrayLike<number>) => Int32Array.from(data)],
    ["Float32Array", (data: ArrayLike<number>) => Float32Array.from(data)],
    ["plain arrays", (data: ArrayLike<number>) => Array.from(data)],
  ])("are computed in float64: %s", (_, from) => {
    const as = ({ data, shape }: { data: ArrayLike<number>; shape: readonly number[] }) => {
      return { data: from(data) as unknown as Float64Array, shape };
    };
    const found = hostBarycenter({ ...given, atoms: as(given.atoms), weights: as(given.weights) }, options);
    expect(found.barycenters.data).toEqual(expected);
  });

  it("are refused where they are none", () => {
    const atoms = { data: BigInt64Array.from([1n, 1n, 1n, 1n]) as unknown as Float64Array, shape: [1, 4] };
    expect(() => hostBarycenter({ ...given, atoms, weights: points([[1]]) }, options)).toThrow(
      "barycenter: atoms: expected an array of numbers (Float64Array), got a BigInt64Array",
    );
  });
});

describe("iterations that do not fit into memory", () => {
  const large = grid({ size: [512, 512] });
  const flat = { atoms: points([new Array<number>(2 ** 18).fill(1)]), weights: points([[1]]) };
  const most = { epsilon: 1, iterations: 2 ** 31 - 1 };
  const message =
    /^iterations: 2147483647 Sinkhorn iterations need at least .*B of memory here, this machine has .*; ask/;

  it("are refused before any work, with what they would need", async () => {
    expect(() => hostBarycenter({ geometry: large, ...flat }, most)).toThrow(message);
    await useBackend("cpu");
    for (const debiased of [false, true]) {
      const operator = barycenterOperator(chooseBarycenterEngine(large, { ...most, debiased }));
      await expect(operator.barycenters(flat)).rejects.toThrow(message);
    }
  });
});

const resolved = resolveBarycenterOptions(options);
const hosted = hostEngine(geometry, resolved);
const engines: readonly [name: string, engine: HostEngine | undefined][] = [
  ["host", hosted],
  ["native", nativeEngine(geometry, resolved, hosted, 0)],
];

describe.each(engines.filter(([, engine]) => engine))("pauses of the %s engine", (name, engine) => {
  /** Many enough for several pieces on any number of threads; the host's engine is slow enough where data points are many. */
  const count = name === "host" ? 60_000 : 2000;
  const many = { atoms: problem.atoms, weights: points(randomRowsOf(count)) };
  const data = dataTerm("quadratic", geometry, 2, randomRows(count, pixels, 18));

  it("hear an abort between two pieces, and the engine goes on afterwards", async () => {
    const operator = barycenterOperator(engine!);
    const whole = await operator.lossAndGradient(many, data);
    const controller = new AbortController();
    setImmediate(() => controller.abort("SIGINT"));
    await expect(operator.lossAndGradient(many, data, controller.signal)).rejects.toBe("SIGINT");
    expect(await operator.lossAndGradient(many, data)).toEqual(whole);
  });

  it("keep two calls at once apart", async () => {
    const operator = barycenterOperator(engine!);
    const few = { atoms: many.atoms, weights: points(randomRowsOf(3)) };
    const alone = [await operator.barycenters(many), await operator.barycenters(few)];
    expect(await Promise.all([operator.barycenters(many), operator.barycenters(few)])).toEqual(alone);
  });
});

function randomRowsOf(count: number): number[][] {
  const rows = randomRows(count, 3, 77);
  return Array.from({ length: count }, (_, row) => [...rows.subarray(3 * row, 3 * row + 3)]);
}
