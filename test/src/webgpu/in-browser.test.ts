// Every operation with kernels of its own, on the WebGPU of a browser: the reference values, with the tolerances of the tests in Node.
import { describe, expect, it } from "vitest";
import type { LossName } from "../../../models/wdl/losses.ts";
import type { PointCost } from "../../../src/geometry/geometry.ts";
import { pairAt, pairCount } from "../../../src/transport/pairs/pair-order.ts";
import { entropicValues, transportPlan } from "../../../src/transport/sinkhorn/objective.ts";
import { marginalViolation } from "../../../src/transport/sinkhorn/metrics.ts";
import { relativeNorm } from "../../support/allclose.ts";
import { barycenterCases } from "../../support/barycenter.ts";
import { noBrowser } from "../../support/browser.ts";
import { browserWorks } from "../../support/browser-works.ts";
import { geometryOf, type Ground } from "../../support/in-page/ground.ts";
import { lossCases } from "../../support/loss-cases.ts";
import {
  centred,
  reference,
  type DebiasedGradientsReference,
  type DebiasedReference,
  type DivergenceReference,
  type PairReference,
  type PeersBalancedReference,
  type SinkhornReference,
  type UnbalancedReference,
} from "../../support/reference.ts";

const VALUE = 1e-5;
const GRADIENT = 1e-4;
/** What the passes of a large grid need, and a workgroup of a small one has not. */
const LARGE = { maxComputeWorkgroupStorageSize: 1000 };
/** Small tiles, of which small problems have many, and which a software adapter compiles faster. */
const TILES = { maxComputeWorkgroupStorageSize: 4096 };
/** Costs that are read, and costs that are formed. */
const KINDS = ["matrix of points", "cloud"] as const;
const paths = [
  { path: "a workgroup a pair", limits: {} },
  { path: "a launch an axis", limits: LARGE },
];

describe.skipIf(noBrowser)("in Chromium", () => {
  const run = browserWorks();

  describe("entropic transport", () => {
    const { problems } = reference<SinkhornReference>("sinkhorn");
    const image = problems.find(({ name }) => name === "grid-8x8")!;
    const pixels: Ground = { kind: "grid", size: [8, 8], spacing: 1 / 7 };
    /** Iterations to convergence as far as float32 can tell, by epsilon. */
    const iterationsAt: Readonly<Record<number, number>> = { 0.5: 10, 0.05: 70, 0.005: 250 };

    async function expectReference(problem: (typeof problems)[number], ground: Ground, limits: object = {}) {
      const { name, a, b, solutions } = problem;
      for (const { epsilon, objective, fKL, gKL } of solutions) {
        if (epsilon < 0.01 && problem !== problems[0]) continue; // thousands of iterations
        const given = { ground, a, b, epsilon, iterations: iterationsAt[epsilon] };
        const found = await run("entropicCostGradients", given, limits);
        expect(found.launches, `${name}, ${epsilon}`).toBeGreaterThan(0);
        const isOneLaunch = ground.kind === "grid" && limits !== LARGE; // of all iterations
        expect(found.launches > given.iterations, `${name}, ${epsilon}`).toBe(!isOneLaunch);
        expect(found.value).toBeAllclose([objective], { relative: VALUE, absolute: 0 });
        expect(relativeNorm(centred(found.gradientA), centred(fKL))).toBeLessThan(GRADIENT);
        expect(relativeNorm(centred(found.gradientB), centred(gKL))).toBeLessThan(GRADIENT);
      }
    }

    it.each(KINDS)("costs of a %s: values and gradients", async (kind) => {
      for (const problem of problems.slice(kind === "cloud" ? 1 : 0, 2)) {
        await expectReference(problem, { kind, x: problem.x, y: problem.y, cost: "squared-euclidean" });
      }
    });

    it.each(paths)("on a grid, $path: values and gradients", ({ limits }) => expectReference(image, pixels, limits));

    it.each([
      ...paths.map((one) => ({ ...one, extra: {} })),
      ...paths.map((one) => ({ ...one, extra: { momentum: 1.3 } })),
      { ...paths[0], extra: { epsilonScaling: {} } },
      { ...paths[1], extra: { domain: "log" } as const },
    ])("on a grid, $path: converges to the marginals, $extra", async ({ limits, extra }) => {
      const { a, b, solutions } = image;
      const { f, epsilon } = solutions[1];
      const options = { epsilon, tolerance: 2e-6, checkEvery: 4, ...extra };
      const found = await run("potentials", { ground: pixels, a, b, options }, limits);
      expect(found.status).toBe("converged");
      expect(centred(found.f)).toBeAllclose(centred(f), { absolute: 2e-6 });
      const { marginals } = entropicValues(a, b, geometryOf(pixels), { ...found, epsilon });
      const { first, second } = marginalViolation(a, b, marginals);
      expect(Math.max(first, second)).toBeLessThan(1e-5);
    });

    const { entropic } = reference<PeersBalancedReference>("peers-balanced");
    it.each(entropic.filter(({ epsilon }) => epsilon === 0.1))("products of the plan: $name", async (problem) => {
      const { x, y, a, b, cost, epsilon, vector, planTimesVector, transportCost } = problem;
      for (const kind of KINDS) {
        const ground: Ground = { kind, x, y, cost };
        const { f, g } = await run("potentials", { ground, a, b, options: { epsilon, tolerance: 2e-6 } });
        const found = await run("planSums", { ground, epsilon, f, g, z: vector });
        expect(found.cost).toBeAllclose([transportCost], { relative: 2e-5 });
        expect(relativeNorm(found.product, planTimesVector)).toBeLessThan(2e-5);
      }
    });
  });

  describe("unbalanced transport", () => {
    const { problems, divergences } = reference<UnbalancedReference>("unbalanced");

    // half of them, of each penalty but one on a grid and a matrix: each looks at its errors for a while
    it.each(problems.filter((_, at) => at % 4 < 2))("$name: has POT's and OTT's plan", async (stored) => {
      const { a, b, epsilon, plan, mass } = stored;
      const rho = { a: stored.rho.a ?? Infinity, b: stored.rho.b ?? Infinity };
      const isGrid = stored.kind === "grid";
      const ground: Ground = isGrid
        ? { kind: "grid", size: stored.size!, spacing: stored.spacing! }
        : { kind: "dense", cost: stored.cost! };
      for (const { limits } of isGrid ? paths : paths.slice(0, 1)) {
        const options = { epsilon, rho, tolerance: 2e-6, initializer: "ones" } as const;
        const { f, g, status } = await run("potentials", { ground, a, b, options }, limits);
        expect(status).toBe("converged");
        // float32 holds the constant between f and g to so many digits, which P sees over epsilon
        const digits = (2e-7 * Math.max(...[...f, ...g].filter((x) => x > -1e29).map(Math.abs))) / epsilon;
        const actual = transportPlan(geometryOf(ground), { f, g, epsilon }).data;
        expect(actual).toBeAllclose(plan.flat(), { relative: 2e-5 + digits, absolute: 2e-5 * mass });
      }
    });

    it.each(divergences)("has the divergence of POT's plans at rho $rho", async ({ x, y, a, b, epsilon, ...given }) => {
      const options = { a, b, epsilon, iterations: 30, rho: given.rho ?? Infinity };
      const found = await run("divergenceGradients", { grounds: groundsOf("cloud", x, y), ...options });
      expect(found.value).toBeAllclose([given.divergence], { relative: 1e-4, absolute: 1e-6 });
    });
  });

  describe("divergences", () => {
    const { pairs } = reference<DivergenceReference>("sinkhorn_divergence");
    /** Iterations to convergence as far as float32 can tell, by epsilon. */
    const iterationsAt: Readonly<Record<number, number>> = { 0.5: 15, 0.05: 80 };

    it.each(pairs)("$name: values and gradients", async ({ name, x, y, a, b, solutions, cost }) => {
      const named = cost === "squared Euclidean" ? "squared-euclidean" : "euclidean";
      const pixels: Ground = { kind: "grid", size: [6, 6], spacing: 0.2 };
      const cases =
        name === "grid-6x6-zeros"
          ? paths.map(({ limits }) => ({ grounds: { xy: pixels, xx: pixels, yy: pixels }, limits }))
          : KINDS.map((kind) => ({ grounds: groundsOf(kind, x, y, named), limits: {} }));
      for (const [at, { grounds, limits }] of cases.entries()) {
        const { epsilon, divergence, gradientA, gradientB } = solutions[at]; // 0.5 of the first, 0.05 of the second
        const given = { grounds, a, b, epsilon, iterations: iterationsAt[epsilon] };
        const found = await run("divergenceGradients", given, limits);
        expect(found.launches).toBeGreaterThan(0);
        expect(found.value).toBeAllclose([divergence], { relative: VALUE, absolute: 0 });
        expect(relativeNorm(centred(found.gradientA), gradientA)).toBeLessThan(GRADIENT);
        expect(relativeNorm(centred(found.gradientB), gradientB)).toBeLessThan(GRADIENT);
      }
    });

    it.each(reference<PairReference>("pair_divergences").sets)(
      "of all pairs: torus, $name",
      async ({ histograms, cost, epsilon, divergences }) => {
        const found = await run("pairDivergences", { histograms, cost, epsilon });
        expect(found).toMatchObject({
          engine: expect.stringContaining("webgpu") as string,
          clamped: 0,
          unconverged: 0,
        });
        // the reference goes along the rows of the lower triangle
        const expected = found.values.map((_, pair) => {
          const [i, j] = pairAt(pair, histograms.length);
          return divergences[pairCount(j) + i];
        });
        // float32: what `webgpuDivergencePairs` states
        const rounding = 2e-7 * epsilon + 1e-7 * Math.max(...cost.flat());
        const absolute = 1e-7 * Math.max(...divergences) + rounding;
        expect(found.values).toBeAllclose(expected, { relative: 1e-6, absolute });
      },
    );
  });

  describe("barycenters", () => {
    it.each(lossCases)("$label", async ({ problem, p, losses }) => {
      const { gradientP, gradientAtoms, gradientWeights } = losses[0];
      const pulled = await run("barycenterGradients", { ...problem, slopes: gradientP }, TILES);
      expect(relativeNorm(pulled.barycenter, p)).toBeLessThan(VALUE);
      expect(relativeNorm(pulled.atoms, gradientAtoms)).toBeLessThan(GRADIENT);
      expect(relativeNorm(pulled.weights, gradientWeights)).toBeLessThan(GRADIENT);
      for (const { name, target, value, ...expected } of losses) {
        const found = await run("lossGradients", { ...problem, loss: name, target }, TILES);
        expect(found.engine).toContain("webgpu");
        expect([found.value]).toBeAllclose([value], { relative: VALUE });
        expect(relativeNorm(found.atoms, expected.gradientAtoms), `${name}, atoms`).toBeLessThan(GRADIENT);
        expect(relativeNorm(found.weights, expected.gradientWeights), `${name}, weights`).toBeLessThan(GRADIENT);
      }
    });

    const debiased = reference<DebiasedReference>("debiased_barycenter").cases.flatMap((given) =>
      (["scaling", "log"] as const).map((domain) => ({ ...given, domain })),
    );
    it.each(debiased)("debiased, $name, domain $domain", async ({ name, domain, epsilon, fixed }) => {
      const { size, atoms, weights } = barycenterCases.find((given) => given.name === name)!;
      const options = { epsilon, iterations: fixed.iterations, domain };
      const ground = { kind: "grid", size, spacing: 1 } as const;
      const found = await run("debiased", { ground, atoms, weights, options });
      expect(relativeNorm(found.barycenter, fixed.p)).toBeLessThan(VALUE);
    });

    const onGrids = reference<DebiasedGradientsReference>("debiased_gradients").cases.filter(
      ({ size, start }) => size && !start,
    );
    it.each(onGrids)(
      "gradients of a debiased dictionary, $name",
      async ({ size, epsilon, iterations, losses, ...given }) => {
        const { atoms, weights, target } = given;
        const options = { epsilon, iterations, debiased: true };
        const problem = { ground: { kind: "grid", size: size!, spacing: 1 } as const, atoms, weights, target, options };
        for (const [loss, { value, gradientAtoms, gradientWeights }] of Object.entries(losses)) {
          const found = await run("lossGradients", { ...problem, loss: loss as LossName }, TILES);
          expect(found.engine).toContain("webgpu");
          expect([found.value], loss).toBeAllclose([value], { relative: VALUE });
          expect(relativeNorm(found.atoms, gradientAtoms.flat()), `${loss}, atoms`).toBeLessThan(GRADIENT);
          expect(relativeNorm(found.weights, gradientWeights), `${loss}, weights`).toBeLessThan(GRADIENT);
        }
      },
    );
  });
});

function groundsOf(
  kind: "matrix of points" | "cloud",
  x: number[][],
  y: number[][],
  cost: PointCost = "squared-euclidean",
) {
  return { xy: { kind, x, y, cost }, xx: { kind, x, y: x, cost }, yy: { kind, x: y, y, cost } };
}
