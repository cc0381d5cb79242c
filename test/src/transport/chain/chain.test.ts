import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { grid, unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { checkChain } from "../../../../src/transport/chain/checked.ts";
import { LogState } from "../../../../src/transport/chain/log-state.ts";
import type { ChainNode, ChainProblem } from "../../../../src/transport/chain/problem.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { entropicValues, transportPlan } from "../../../../src/transport/sinkhorn/objective.ts";
import { chainEngines, randomLinks, solveFullPlan, solveWith } from "../../../support/chain.ts";
import { randomHistogram, randomMasses } from "../../../support/problems.ts";

const free: ChainNode = { kind: "free" };
const given = (masses: Float64Array): ChainNode => ({ kind: "given", masses });
const relaxed = (masses: Float64Array, rho: number): ChainNode => ({ kind: "relaxed", masses, rho });
const exact = { relative: 1e-10, absolute: 1e-12 };

describe.each(chainEngines)("chain on $name", ({ engine }) => {
  const solve = solveWith(engine);

  it("one link is sinkhornHost", () => {
    const [a, b] = [randomHistogram(30, 1, 0.2), randomHistogram(20, 2, 0.2)];
    const [geometry] = randomLinks([30, 20], 3);
    for (const epsilon of [0.3, 0.03, 0.004]) {
      const options = { epsilon, tolerance: 1e-12, maxIterations: 100_000 };
      const result = solve({ links: [geometry], nodes: [given(a), given(b)] }, options);
      const two = sinkhornHost(a, b, geometry, { ...options, domain: "log" });
      expect(result.status).toBe("converged");
      expect(Math.abs(result.iterations - two.iterations)).toBeLessThanOrEqual(1);
      expect(result.pairMarginals[0].data).toBeAllclose(transportPlan(geometry, two).data, { absolute: 1e-11 });
      const { transportCost } = entropicValues(a, b, geometry, two);
      expect([result.transportCost]).toBeAllclose([transportCost], exact);
    }
  });

  const cases: { name: string; sizes: number[]; nodes: ChainNode[]; sweeps?: number }[] = [
    {
      name: "four nodes, ends given",
      sizes: [5, 4, 3, 6],
      nodes: [given(randomHistogram(5, 1)), free, free, given(randomHistogram(6, 2))],
    },
    {
      name: "zero masses",
      sizes: [5, 4, 6],
      nodes: [given(randomHistogram(5, 1, 0.5)), free, given(randomHistogram(6, 2, 0.5))],
    },
    {
      name: "all given, of mass 2.5",
      sizes: [4, 5, 3],
      nodes: [4, 5, 3].map((n) => given(randomHistogram(n, n).map((mass) => 2.5 * mass))),
    },
    { name: "the middle given, ends free", sizes: [4, 5, 3], nodes: [free, given(randomHistogram(5, 4)), free] },
    {
      name: "ends relaxed, of other masses",
      sizes: [4, 3, 3, 5],
      nodes: [relaxed(randomMasses(4, 5), 0.3), free, free, relaxed(randomMasses(5, 6), 2)],
    },
    {
      name: "one given, one relaxed",
      sizes: [4, 3, 5],
      nodes: [given(randomHistogram(4, 7)), relaxed(randomMasses(3, 8, 0.4), 0.1), free],
    },
    {
      name: "a chain of one point each",
      sizes: [1, 1],
      nodes: [given(Float64Array.of(3)), relaxed(Float64Array.of(2), 1)],
    },
  ];
  it.each(cases)("the full plan: $name", ({ sizes, nodes }) => {
    const problem: ChainProblem = { links: randomLinks(sizes, 11), nodes };
    for (const epsilon of [0.5, 0.05]) {
      const full = solveFullPlan(problem, epsilon, 3000);
      const result = solve(problem, { epsilon, tolerance: 1e-13 });
      expect(result.status).toBe("converged");
      result.marginals.forEach((marginal, node) => expect(marginal).toBeAllclose(full.marginal(node), exact));
      result.pairMarginals.forEach(({ data }, link) => expect(data).toBeAllclose(full.marginal(link, link + 1), exact));
      expect([result.transportCost, result.objective]).toBeAllclose([full.transportCost, full.primal], exact);
      // log P = sum of the potentials / epsilon - costs / epsilon + log R, at the first point of every node
      const density = problem.links.reduce(
        (sum, link, at) => sum + result.potentials[at][0] - link.costMatrix().data[0],
        result.potentials.at(-1)![0],
      );
      expect([Math.exp(density / epsilon)]).toBeAllclose([full.plan[0] * full.plan.length], exact);
    }
  });

  it("a grid's link is the same as its matrix, far below the plan's size", () => {
    const plane = unitGrid([7, 9]);
    const [x, y] = [5, 6].map((seed) => ndarray(randomMasses(80, seed), [40, 2]));
    const z = plane.coordinates.x;
    const nodes = [given(randomHistogram(40, 1)), free, free, given(randomHistogram(40, 2))];
    const ends = [pointCloud(x, z), pointCloud(z, y)];
    const options = { epsilon: 0.002, tolerance: 1e-11 };
    const onGrid = solve({ links: [ends[0], plane, ends[1]], nodes }, options);
    const onMatrix = solve({ links: [ends[0], denseGeometry(plane.costMatrix()), ends[1]], nodes }, options);
    expect(onGrid.status).toBe("converged");
    onGrid.pairMarginals.forEach(({ data }, link) => {
      expect(data).toBeAllclose(onMatrix.pairMarginals[link].data, { absolute: 1e-11 });
    });
    expect([onGrid.objective]).toBeAllclose([onMatrix.objective], exact);
  });

  it("starts from an earlier solution, also of another epsilon", () => {
    const problem: ChainProblem = {
      links: randomLinks([40, 30, 30, 40], 21),
      nodes: [given(randomHistogram(40, 1, 0.2)), free, free, given(randomHistogram(40, 2, 0.2))],
    };
    const options = { epsilon: 0.01, tolerance: 1e-10 };
    const cold = solve(problem, options);
    const again = solve(problem, { ...options, start: cold.potentials });
    expect(again.iterations).toBe(1);
    const coarse = solve(problem, { epsilon: 0.02, tolerance: 1e-3 });
    const scaled = solve(problem, { ...options, start: coarse.potentials });
    expect(scaled.iterations).toBeLessThan(cold.iterations);
    for (const result of [again, scaled])
      expect([result.objective]).toBeAllclose([cold.objective], { absolute: 1e-11 });
  });

  it("is the log domain's iterate after any number of iterations", () => {
    const cases: { sizes: number[]; nodes: ChainNode[] }[] = [
      {
        sizes: [60, 40, 40, 70],
        nodes: [given(randomHistogram(60, 1, 0.2)), free, free, given(randomHistogram(70, 2, 0.2))],
      },
      {
        sizes: [30, 25, 20],
        nodes: [given(randomHistogram(30, 3)), relaxed(randomMasses(25, 4), 0.05), given(randomHistogram(20, 5))],
      },
    ];
    for (const { sizes, nodes } of cases) {
      for (const [epsilon, maxIterations] of [
        [0.05, 20],
        [0.004, 60],
        [0.001, 300],
      ]) {
        const options = { epsilon, maxIterations, tolerance: 0 };
        const problem = { links: randomLinks(sizes, 31), nodes };
        const chain = checkChain(problem, options);
        const state = new LogState(chain);
        const errors: number[] = [];
        state.passToLeft();
        for (let iteration = 0; iteration < maxIterations; iteration++) {
          state.iterate();
          errors.push(state.violation());
        }
        const result = solve(problem, options);
        expect(result.errors).toBeAllclose(errors, { relative: 1e-9, absolute: 1e-11 });
        result.marginals.forEach((marginal, node) => {
          const log = (index: number) =>
            state.fromLeft[node][index] + state.scalings[node][index] + state.fromRight[node][index];
          expect(marginal).toBeAllclose(
            marginal.map((_, index) => Math.exp(log(index))),
            { relative: 1e-9, absolute: 1e-13 },
          );
        });
      }
    }
  });

  it("says when iterations ran out, and is finite where costs are a million epsilons", () => {
    const links = [grid({ size: [6, 6], spacing: 1000 }), grid({ size: [6, 6], spacing: 1000 })];
    const last = randomHistogram(36, 2, 0.3);
    const nodes = [given(randomHistogram(36, 1, 0.3)), free, given(last)];
    const result = solve({ links, nodes }, { epsilon: 1, maxIterations: 40 });
    expect(result).toMatchObject({ status: "max-iterations", iterations: 40 });
    expect(result.errors).toHaveLength(40);
    expect(result.errors.every(Number.isFinite)).toBe(true);
    expect(result.marginals[2]).toBeAllclose(last);
  });
});
