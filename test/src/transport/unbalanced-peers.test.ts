// The problems of POT's own tests of unbalanced and partial transport, with its values.
import { describe, expect, it } from "vitest";
import { denseFromChecked } from "../../../src/geometry/dense.ts";
import type { Geometry } from "../../../src/geometry/geometry.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { emd } from "../../../src/transport/exact/emd.ts";
import { partialTransport } from "../../../src/transport/exact/partial.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { entropicValues } from "../../../src/transport/sinkhorn/objective.ts";
import { entropicPartialTransport } from "../../../src/transport/sinkhorn/partial.ts";
import { points } from "../../support/problems.ts";
import { reference } from "../../support/reference.ts";

interface PeersReference {
  readonly points: number[][];
  readonly runs: readonly {
    readonly total: number;
    readonly rho: { readonly a: number | null; readonly b: number | null };
    readonly entropy: "kl" | "entropy";
    readonly cost: number;
    readonly mass: number;
  }[];
  readonly medianCost: number;
  readonly gaussians: readonly {
    readonly mean: number;
    readonly deviation: number;
    readonly epsilon: number;
    readonly cost: number;
  }[];
  readonly xs: number[][];
  readonly xt: number[][];
  readonly half: { readonly cost: number; readonly entropicCost: number };
  readonly lagrange: readonly { readonly reg: number; readonly cost: number; readonly mass: number }[];
  readonly line: { readonly x: number[]; readonly y: number[]; readonly marginalCosts: number[] };
}

const peers = reference<PeersReference>("unbalanced_peers");
const uniform = (count: number, total = 1) => new Float64Array(count).fill(total / count);

/** The cost under which entropy relative to a b^T is that of P alone. */
function entropyCost(geometry: Geometry, a: Float64Array, b: Float64Array, epsilon: number): Geometry {
  const { data, shape } = geometry.costMatrix();
  const moved = data.map((entry, at) => entry + epsilon * Math.log(a[Math.floor(at / b.length)] * b[at % b.length]));
  return denseFromChecked(ndarray(moved, shape), undefined);
}

describe("unbalanced Sinkhorn of a cloud with itself, epsilon 1", () => {
  const cloud = points(peers.points);
  const geometry = pointCloud(cloud, cloud);
  const a = uniform(100);

  it.each(peers.runs)("total $total, rho $rho.a and $rho.b, $entropy: POT's cost and mass", (run) => {
    const b = uniform(100, run.total);
    const rho = { a: run.rho.a ?? Infinity, b: run.rho.b ?? Infinity };
    const solved = run.entropy === "kl" ? geometry : entropyCost(geometry, a, b, 1);
    const exact = emd(a, uniform(100), geometry);
    const starts = [undefined, previousSolution(new Float64Array(100)), previousSolution(exact.g)];
    for (const initializer of starts) {
      for (const domain of ["scaling", "log"] as const) {
        const options = { epsilon: 1, rho, domain, tolerance: 1e-12, ...(initializer && { initializer }) };
        const potentials = sinkhornHost(a, b, solved, options);
        const { transportCost, mass } = entropicValues(a, b, geometry, potentials);
        // of the moved cost the plan is exp((f + g - C') / epsilon): the cost of the points is seen through a b^T
        const plain = run.entropy === "kl" ? transportCost : costOf(solved, geometry, potentials);
        expect([plain]).toBeAllclose([run.cost], { relative: 1e-9, absolute: 0 });
        if (run.entropy === "kl") expect([mass]).toBeAllclose([run.mass], { relative: 1e-9, absolute: 0 });
      }
    }
  });

  it.each(peers.gaussians)("1-D Gaussian at $mean, epsilon $epsilon: POT's cost in each domain", (problem) => {
    const gauss = (mean: number, deviation: number) => {
      const masses = Float64Array.from({ length: 100 }, (_, i) => Math.exp(-((i - mean) ** 2) / (2 * deviation ** 2)));
      const total = masses.reduce((sum, mass) => sum + mass, 0);
      return masses.map((mass) => mass / total);
    };
    const entries = Float64Array.from({ length: 10_000 }, (_, at) => (Math.floor(at / 100) - (at % 100)) ** 2);
    const line = denseFromChecked(
      ndarray(
        entries.map((entry) => entry / peers.medianCost),
        [100, 100],
      ),
      undefined,
    );
    const [first, second] = [gauss(20, 5), gauss(problem.mean, problem.deviation)];
    for (const domain of ["auto", "log"] as const) {
      const options = { epsilon: problem.epsilon, rho: 1, tolerance: 1e-12, domain };
      const { transportCost } = entropicValues(first, second, line, sinkhornHost(first, second, line, options));
      expect([transportCost]).toBeAllclose([problem.cost], { relative: 1e-8, absolute: 0 });
    }
  });
});

function costOf(
  solved: Geometry,
  geometry: Geometry,
  { f, g, epsilon }: { readonly f: Float64Array; readonly g: Float64Array; readonly epsilon: number },
): number {
  const [moved, cost] = [solved.costMatrix().data, geometry.costMatrix().data];
  return cost.reduce((sum, entry, at) => {
    const exponent = f[Math.floor(at / g.length)] + g[at % g.length] - moved[at];
    return sum + entry * Math.exp(exponent / epsilon);
  }, 0);
}

describe("partial transport of clouds with noise", () => {
  const geometry = pointCloud(points(peers.xs), points(peers.xt));
  const p = uniform(40);

  it("of half the mass: POT's costs, exact and entropic", () => {
    const exact = partialTransport(p, p, geometry, { mass: 0.5 });
    expect([exact.value, exact.mass]).toBeAllclose([peers.half.cost, 0.5], { relative: 1e-9, absolute: 0 });
    const moved = entropyCost(geometry, p, p, 1);
    const entropic = entropicPartialTransport(p, p, moved, {
      epsilon: 1,
      mass: 0.5,
      tolerance: 1e-11,
      maxIterations: 1e5,
    });
    expect(entropic.status).toBe("converged");
    expect([costOf(moved, geometry, entropic)]).toBeAllclose([peers.half.entropicCost], {
      relative: 1e-7,
      absolute: 0,
    });
  });

  it.each(peers.lagrange)("Lagrange multiplier $reg: POT's cost and mass, with half of it as the penalty", (run) => {
    const { value, mass } = partialTransport(p, p, geometry, { penalty: run.reg / 2 });
    expect([mass]).toBeAllclose([run.mass], { relative: 1e-9, absolute: 1e-12 });
    expect([value - (run.reg / 2) * 2 * (1 - mass)]).toBeAllclose([run.cost], { relative: 1e-9, absolute: 1e-12 });
  });

  it("on a line, one point more at a time: the marginal costs of POT's 1-D solver", () => {
    const { x, y, marginalCosts } = peers.line;
    const line = pointCloud(points(x.map((at) => [at])), points(y.map((at) => [at])), { cost: "manhattan" });
    let sum = 0;
    marginalCosts.forEach((cost, index) => {
      sum += cost;
      const { value, plan } = partialTransport(uniform(12, 12), uniform(12, 12), line, { mass: index + 1 });
      expect([value]).toBeAllclose([sum], { relative: 1e-6, absolute: 1e-9 });
      expect(plan.masses).toHaveLength(index + 1);
    });
  });
});
