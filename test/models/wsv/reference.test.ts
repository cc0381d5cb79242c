import { describe, expect, it } from "vitest";
import { denseMatrix } from "../../../models/ground-metric/symmetric-matrix.ts";
import { wsvOptions, type WsvOptions } from "../../../models/wsv/options.ts";
import { setUpWsv, wsvSettings } from "../../../models/wsv/setup.ts";
import { resolveOptions } from "../../../src/options.ts";
import { worstDifference } from "../../support/allclose.ts";
import { iterate, matrixDataset } from "../../support/ground-metric.ts";
import { reference } from "../../support/reference.ts";

interface Solution {
  readonly tau: number;
  readonly epsilon?: number;
  readonly A: number[][];
  readonly B: number[][];
  readonly lambda: number;
  readonly mu: number;
}

interface SingularVectors {
  readonly torus: {
    readonly X: number[][];
    readonly exact: Solution[];
    readonly sinkhorn: Solution[];
    readonly quadraticLimit: Solution;
  };
  readonly generic: { readonly X: number[][]; readonly quadraticLimit: Solution };
  readonly bistochastic: Solution & {
    readonly S: number[][];
    readonly left: number[];
    readonly right: number[];
    readonly sigma: number;
  };
}

const { torus, generic, bistochastic } = reference<SingularVectors>("singular_vectors");

/** Power iterations on a matrix, to rounding. */
async function singularVectors(rows: number[][], given: Partial<WsvOptions>) {
  const options = resolveOptions(wsvOptions, { dust: 1e-6, iterations: 500, tolerance: 1e-12, ...given });
  const setup = setUpWsv(options, matrixDataset(rows));
  const { state, metrics } = await iterate(wsvSettings(options, setup));
  const last = metrics.at(-1)!;
  return { A: denseMatrix(state.features), B: denseMatrix(state.samples), lambda: last["lambda"], mu: last["mu"] };
}

function expectSolution(
  found: Awaited<ReturnType<typeof singularVectors>>,
  expected: Solution,
  absolute: number,
): void {
  for (const name of ["A", "B"] as const) {
    const { pass, message } = worstDifference(found[name], expected[name], { relative: 0, absolute });
    expect(pass, `${name}: ${message}`).toBe(true);
  }
  expect(Math.abs(found.lambda - expected.lambda)).toBeLessThan(absolute);
  expect(Math.abs(found.mu - expected.mu)).toBeLessThan(absolute);
}

describe("Wasserstein singular vectors of translated histograms equal those in double precision", () => {
  it.each(torus.exact)("exact, tau $tau: to 1e-9", async (expected) => {
    expectSolution(await singularVectors(torus.X, { solver: "exact", tau: expected.tau }), expected, 1e-9);
  });

  it.each(torus.sinkhorn)("Sinkhorn divergences, tau $tau: to 1e-6", async (expected) => {
    const { tau, epsilon } = expected;
    expectSolution(await singularVectors(torus.X, { solver: "sinkhorn", tau, epsilon }), expected, 1e-6);
  });

  it("limit of large epsilon: to 1e-9", async () => {
    expectSolution(await singularVectors(torus.X, { solver: "limit", tau: 0 }), torus.quadraticLimit, 1e-9);
  });
});

describe("the limit of large epsilon", () => {
  it("of random data equals the reference", async () => {
    expectSolution(await singularVectors(generic.X, { solver: "limit", tau: 0 }), generic.quadraticLimit, 1e-9);
  });

  it("of a bistochastic matrix is squared distances along its first principal component", async () => {
    const found = await singularVectors(bistochastic.S, { solver: "limit", tau: 0, dust: 0 });
    const squares = (vector: number[]) => {
      const all = vector.flatMap((x) => vector.map((y) => (x - y) ** 2));
      return all.map((value) => value / Math.max(...all));
    };
    for (const [matrix, vector] of [
      [found.A, bistochastic.right],
      [found.B, bistochastic.left],
    ] as const) {
      const { pass, message } = worstDifference(matrix, squares(vector), { relative: 0, absolute: 1e-9 });
      expect(pass, message).toBe(true);
    }
    expect(found.lambda * found.mu).toBeCloseTo(bistochastic.sigma ** 4, 10);
  });
});
