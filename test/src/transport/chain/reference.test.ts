import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { ndarray, rowsOf } from "../../../../src/tensor/ndarray.ts";
import type { ChainNode } from "../../../../src/transport/chain/problem.ts";
import { chainEngines, solveWith } from "../../../support/chain.ts";
import { dot, points } from "../../../support/problems.ts";
import { reference } from "../../../support/reference.ts";

interface ChainReference {
  readonly xi: number[];
  readonly upsilon: number[];
  readonly chain: Readonly<Record<"c1" | "c2" | "c3" | "xz" | "zz" | "zy", number[][]>> & {
    readonly epsilon: number;
    readonly costDivisor: number;
    readonly transportCost: number;
    readonly objective: number;
  };
  readonly dX: number[][];
  readonly dY: number[][];
  readonly pointsZ: number[][];
  readonly embedding: Readonly<Record<"xz" | "zz" | "zy", number[][]>> & {
    readonly lambda: number;
    readonly epsilon: number;
    readonly startZeta1: number[];
    readonly startZeta2: number[];
    readonly trace: readonly { readonly costDivisor: number; readonly chainObjective: number }[];
  };
}

const free: ChainNode = { kind: "free" };
const given = (masses: Float64Array): ChainNode => ({ kind: "given", masses });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const exact = { relative: 1e-10, absolute: 1e-12 };

/** Of the embedding in the reference: C = lambda (dX^2 xi 1^T + 1 (dZ^2 zeta)^T - 2 dX plan dZ) minus its minimum, [n, nz]. */
function linearised(d: number[][], masses: number[], dZ: number[][], zeta: number[], plan: number[][], lambda: number) {
  const own = d.map((row) =>
    dot(
      row.map((entry) => entry ** 2),
      masses,
    ),
  );
  const target = dZ.map((row) =>
    dot(
      row.map((entry) => entry ** 2),
      zeta,
    ),
  );
  const carried = d.map((row) =>
    zeta.map((_, z) =>
      dot(
        row,
        plan.map((entries) => entries[z]),
      ),
    ),
  );
  const cost = carried.map((row, x) => target.map((entry, z) => lambda * (own[x] + entry - 2 * dot(row, dZ[z]))));
  const least = Math.min(...cost.flat());
  return cost.map((row) => row.map((entry) => entry - least));
}

const transpose = (rows: number[][]): number[][] => rows[0].map((_, column) => rows.map((row) => row[column]));
const unflat = (data: Float64Array, columns: number): number[][] => rowsOf(data, columns).map((row) => Array.from(row));

describe.each(chainEngines)("chain on $name", ({ engine }) => {
  const solve = solveWith(engine);

  it("X - Z1 - Z2 - Y is the reference's", () => {
    const { chain, xi, upsilon } = reference<ChainReference>("chain");
    const link = (rows: number[][]) => {
      const cost = points(rows);
      return denseGeometry(
        ndarray(
          cost.data.map((entry) => entry / chain.costDivisor),
          cost.shape,
        ),
      );
    };
    const links = [link(chain.c1), link(chain.c2), link(chain.c3)];
    const ends = [given(Float64Array.from(xi)), given(Float64Array.from(upsilon))];
    const problem = { links, nodes: [ends[0], free, free, ends[1]] };
    const result = solve(problem, { epsilon: chain.epsilon, tolerance: 1e-14 });
    expect(result.status).toBe("converged");
    [chain.xz, chain.zz, chain.zy].forEach((expected, at) => {
      expect(result.pairMarginals[at].data).toBeAllclose(expected, exact);
    });
    expect([result.transportCost, result.objective]).toBeAllclose([chain.transportCost, chain.objective], exact);
    expect(result.marginals[0]).toBeAllclose(xi, exact);
    expect(result.marginals[3]).toBeAllclose(upsilon, exact);
  });

  it("15 steps of the embedding are the reference's", () => {
    const { xi, upsilon, dX, dY, pointsZ, embedding } = reference<ChainReference>("chain");
    const { lambda, epsilon, startZeta1, startZeta2, trace } = embedding;
    const distances = pointsZ.map((p) => pointsZ.map((q) => Math.hypot(p[0] - q[0], p[1] - q[1])));
    const largest = Math.max(...distances.flat());
    const dZ = distances.map((row) => row.map((entry) => entry / largest));
    const nodes = [given(Float64Array.from(xi)), free, free, given(Float64Array.from(upsilon))];
    let xz = xi.map((mass) => startZeta1.map((share) => mass * share));
    let zy = startZeta2.map((share) => upsilon.map((mass) => mass * share));
    let start: readonly Float64Array[] | undefined;
    for (const step of trace) {
      const [zeta1, zeta2] = [transpose(xz).map(sum), zy.map(sum)];
      const c1 = linearised(dX, xi, dZ, zeta1, xz, lambda);
      const c3 = transpose(linearised(dY, upsilon, dZ, zeta2, transpose(zy), lambda));
      const c2 = dZ.map((row) => row.map((entry) => entry ** 2));
      const divisor = Math.max(...[c1, c2, c3].flat(2));
      expect([divisor]).toBeAllclose([step.costDivisor], exact);
      const links = [c1, c2, c3].map((cost) =>
        denseGeometry(points(cost.map((row) => row.map((entry) => entry / divisor)))),
      );
      const result = solve({ links, nodes }, { epsilon, tolerance: 1e-14, start });
      expect(result.status).toBe("converged");
      expect([result.objective]).toBeAllclose([step.chainObjective], exact);
      xz = unflat(result.pairMarginals[0].data, 25);
      zy = unflat(result.pairMarginals[2].data, 18);
      start = result.potentials;
      if (step === trace.at(-1)) expect(result.pairMarginals[1].data).toBeAllclose(embedding.zz, exact);
    }
    expect(xz).toBeAllclose(embedding.xz, exact);
    expect(zy).toBeAllclose(embedding.zy, exact);
  });
});
