import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import type { Geometry, TensorKernel } from "../../../src/geometry/geometry.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { isOnHost } from "../../../src/tensor/placement.ts";
import { hostBarycenter } from "../../../src/transport/barycenter/host/barycenter.ts";
import { barycenterComposed } from "../../../src/transport/barycenter/tensor/composed.ts";
import { barycenter } from "../../../src/transport/barycenter/barycenter.ts";
import { sinkhornDivergence } from "../../../src/transport/divergence.ts";
import { sinkhornDivergenceHost } from "../../../src/transport/divergence-host.ts";
import { emd } from "../../../src/transport/exact/emd.ts";
import type { SinkhornEngine } from "../../../src/transport/sinkhorn/engine.ts";
import { hostEngine } from "../../../src/transport/sinkhorn/engine-host.ts";
import { nativeEngine } from "../../../src/transport/sinkhorn/engine-native.ts";
import { tensorEngine } from "../../../src/transport/sinkhorn/engine-tensor.ts";
import { entropicCost } from "../../../src/transport/entropic-cost.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { entropicValues, transportPlan } from "../../../src/transport/sinkhorn/objective.ts";
import { sinkhorn } from "../../../src/transport/sinkhorn/sinkhorn.ts";
import { planTransportCost, sinkhornUnrolled } from "../../../src/transport/sinkhorn/unrolled.ts";
import { backends } from "../../support/backends.ts";
import { points, randomHistogram, randomNormal } from "../../support/problems.ts";
import { reference, type SolveReference } from "../../support/reference.ts";
import { expectHostPotentials, rounded, rowsTensor } from "../../support/sinkhorn.ts";

const { problems, barycenter: mean } = reference<SolveReference>("solve");
const float32 = { relative: 3e-5, absolute: 3e-5 };

describe.each(problems)(
  "float64 against POT: $name",
  ({ cost, epsilon, plan, value, transportCost, exact, ...masses }) => {
    const geometry = denseGeometry(cost);
    const [a, b] = [Float64Array.from(masses.a), Float64Array.from(masses.b)];

    it.each(["auto", "log"] as const)("entropic, domain %s", (domain) => {
      const solution = sinkhornHost(a, b, geometry, { epsilon, domain, tolerance: 1e-13, maxIterations: 100_000 });
      expect(solution.status).toBe("converged");
      expect(transportPlan(geometry, solution).data).toBeAllclose(plan);
      const values = entropicValues(a, b, geometry, solution);
      expect([values.objective, values.dual, values.transportCost]).toBeAllclose([value, value, transportCost]);
      const stages = { epsilon, domain, tolerance: 1e-12, epsilonScaling: {}, maxIterations: 100_000 };
      expect(transportPlan(geometry, sinkhornHost(a, b, geometry, stages)).data).toBeAllclose(plan);
    });

    it("exact", () => expect([emd(a, b, geometry).value]).toBeAllclose([exact]));
  },
);

it("costs of thousands of entries have the native operators' numbers, whatever is taken off them", () => {
  const count = 70;
  const entries = randomNormal(count * count, 1);
  const [a, b] = [randomHistogram(count, 2), randomHistogram(count, 3, 0.2)];
  const solved = (shift: number) => {
    const geometry = denseGeometry(
      entries.map((entry) => entry - shift),
      [count, count],
    );
    const solution = sinkhornHost(a, b, geometry, { epsilon: 0.1, tolerance: 1e-11 });
    return { ...solution, value: entropicValues(a, b, geometry, solution).objective };
  };
  const [one, other, far] = [solved(-10), solved(5), solved(200)]; // the last has exp(2000) in K
  expect([other.value, far.value]).toBeAllclose([one.value - 15, one.value - 210]);
  expect(far.g).toBeAllclose(one.g, { absolute: 1e-7 });
  expect(far.f).toBeAllclose(
    one.f.map((value) => value - 210),
    { absolute: 1e-7 },
  );
});

const { addon } = nativeStatus();
const engines = backends.flatMap((backend) => [
  { backend, engine: "composed", make: tensorEngine },
  ...(isOnHost(backend) ? [{ backend, engine: "host", make: hostEngine }] : []),
  ...(isOnHost(backend) && addon ? [{ backend, engine: "native", make: nativeEngine }] : []),
]);
const entries = randomNormal(12 * 10, 4);
const geometries: Readonly<Record<string, Geometry>> = {
  "either sign": denseGeometry(entries, [12, 10]),
  "all negative": denseGeometry(
    entries.map((entry) => -20 - entry),
    [12, 10],
  ),
};
const square = (shift: number): Geometry =>
  denseGeometry(
    Float64Array.from({ length: 144 }, (_, at) => Math.abs(Math.floor(at / 12) - (at % 12)) / 4 - shift),
    [12, 12],
  );

describe.each(engines)("$engine engine on $backend", ({ backend, make }) => {
  beforeAll(() => useBackend(backend));
  const engineOf = (kernel: TensorKernel) => make(kernel) as SinkhornEngine;
  const rows = (count: number) => [1, 2, 3].map((seed) => rounded(randomHistogram(count, seed, 0.3)));

  for (const [name, geometry] of Object.entries(geometries)) {
    for (const domain of ["auto", "log", "scaling"] as const) {
      for (const epsilon of domain === "scaling" ? [1] : [1, 0.1]) {
        it(`iterations are those of float64: ${name}, ${domain}, epsilon ${epsilon}`, async () => {
          const [a, b] = [rows(12), rows(10)];
          const g0 = a.map((_, pair) => rounded(randomNormal(10, pair).map((value) => value * epsilon)));
          const kernel = geometry.kernel(epsilon);
          const [batch, start] = [{ a: rowsTensor(a), b: rowsTensor(b) }, rowsTensor(g0)];
          const { f, g } = engineOf(kernel).iterate(batch, start, { iterations: 3, domain });
          await expectHostPotentials({ f, g }, { geometry, a, b, g0, epsilon, iterations: 3 });
          kernel.dispose();
          tf.dispose([batch, start, f, g]);
        });
      }
    }
  }

  it("KL and self potentials follow a shift of the costs", async () => {
    const masses = rows(12);
    const solve = async (shift: number) => {
      const kernel = square(shift).kernel(0.5);
      const [a, b] = [rowsTensor(masses), rowsTensor(masses.toReversed())];
      const { fKL, gKL } = engineOf(kernel).klPotentials({ a, b }, { iterations: 5, domain: "auto" });
      const self = engineOf(kernel).selfPotential(a, { iterations: 5, domain: "auto" });
      const sums = tf.tidy(() => tf.add(tf.expandDims(fKL, 2), tf.expandDims(gKL, 1)));
      const numbers = [await sums.data(), await self.data()];
      kernel.dispose();
      tf.dispose([a, b, fKL, gKL, self, sums]);
      return numbers;
    };
    const found = [await solve(0), await solve(3)];
    expect(found[1][0]).toBeAllclose(
      found[0][0].map((sum) => sum - 3),
      float32,
    );
    expect(found[1][1]).toBeAllclose(
      found[0][1].map((value) => value - 1.5),
      float32,
    );
  });
});

describe.each(backends.filter(isOnHost))("operations on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(problems.filter(({ epsilon }) => epsilon > 0.1))("values are POT's: $name", async (problem) => {
    const { cost, epsilon, plan, value, transportCost } = problem;
    const geometry = denseGeometry(cost);
    const [a, b] = [tf.tensor2d([problem.a]), tf.tensor2d([problem.b])];
    const kernel = geometry.kernel(epsilon);
    const options = { iterations: 500 };
    expect(await entropicCost(a, b, kernel, options).data()).toBeAllclose([value], float32);
    const costs = planTransportCost(kernel, sinkhornUnrolled(a, b, kernel, options));
    expect(await costs.data()).toBeAllclose([transportCost], float32);
    const { f, g } = await sinkhorn(a, b, geometry, { epsilon, tolerance: 1e-6 });
    const potentials = { f: await f.data(), g: await g.data(), epsilon };
    expect(transportPlan(geometry, potentials).data).toBeAllclose(plan, float32);
    const [ofA] = tf.grads((u: tf.Tensor, v: tf.Tensor) => tf.sum(entropicCost(u, v, kernel, options)))([a, b]);
    expect([...(await ofA.data())].every(Number.isFinite)).toBe(true);
    kernel.dispose();
    tf.dispose([a, b, costs, f, g, ofA]);
  });

  it.each([
    ["either sign", 1],
    ["either sign", 0.2],
    ["all negative", 1],
    ["all negative", 0.2], // exp(100) in K
  ] as const)("penalised marginals see a shift: %s, epsilon %d", async (name, epsilon) => {
    const geometry = geometries[name];
    const [a, b] = [rounded(randomHistogram(12, 1)), rounded(randomHistogram(10, 2))];
    const options = { epsilon, rho: { a: 30, b: Infinity }, maxIterations: 5000 };
    const host = sinkhornHost(a, b, geometry, { ...options, tolerance: 1e-11 });
    expect(host.status).toBe("converged");
    const { f, g } = await sinkhorn(rowsTensor([a]), rowsTensor([b]), geometry, { ...options, tolerance: 1e-6 });
    const expected = transportPlan(geometry, host).data;
    const found = transportPlan(geometry, { f: await f.data(), g: await g.data(), epsilon });
    const scale = Math.max(...expected);
    expect(found.data).toBeAllclose(expected, { relative: 1e-3, absolute: 1e-4 * scale });
    tf.dispose([f, g]);
  });

  it("a divergence does not change with a shift", async () => {
    const [a, b] = [randomHistogram(12, 1), randomHistogram(12, 2)];
    const host = [0, 3].map((shift) => sinkhornDivergenceHost(a, b, square(shift), { epsilon: 0.5 }).divergence);
    expect([host[1]]).toBeAllclose([host[0]]);
    const kernel = square(3).kernel(0.5);
    const value = sinkhornDivergence(rowsTensor([a]), rowsTensor([b]), kernel, { iterations: 200 });
    expect(await value.data()).toBeAllclose([host[0]], float32);
    kernel.dispose();
  });

  it("barycenters are POT's, in every engine", async () => {
    const { cost, epsilon } = mean;
    const geometry = denseGeometry(cost);
    const [atoms, weights] = [points(mean.atoms), points([mean.weights])];
    for (const domain of ["auto", "log", "scaling"] as const) {
      const { barycenters } = hostBarycenter({ geometry, atoms, weights }, { epsilon, iterations: 300, domain });
      expect(barycenters.data).toBeAllclose(mean.barycenter);
    }
    const given = { geometry, atoms: tf.tensor2d(mean.atoms), weights: tf.tensor2d([mean.weights]) };
    const chosen = barycenter(given, { epsilon, iterations: 300 });
    expect(await chosen.barycenters.data()).toBeAllclose(mean.barycenter, float32);
    for (const variant of [{}, { heavyBall: -0.1 }, { rho: 2 }]) {
      const options = { epsilon, iterations: 50, ...variant };
      const host = hostBarycenter({ geometry, atoms, weights }, options);
      const composed = barycenterComposed({ ...given, kernel: geometry.kernel(epsilon) }, options);
      expect(await composed.barycenters.data()).toBeAllclose(host.barycenters.data, float32);
      expect(await barycenter(given, options).barycenters.data()).toBeAllclose(host.barycenters.data, float32);
    }
  });
});
