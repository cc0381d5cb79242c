import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { emd } from "../../../src/transport/exact/emd.ts";
import { partialTransport } from "../../../src/transport/exact/partial.ts";
import { emd1d } from "../../../src/transport/line/emd1d.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { entropicValues } from "../../../src/transport/sinkhorn/objective.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { points } from "../../support/problems.ts";
import { reference } from "../../support/reference.ts";
import type { PointCost } from "../../../src/geometry/geometry.ts";

interface Masses {
  readonly a: number[];
  readonly b: number[];
}

interface Reference {
  readonly unbalanced: Masses & {
    readonly cost: number[][];
    readonly solutions: readonly {
      readonly name: string;
      readonly epsilon: number;
      readonly rho: readonly (number | null)[];
      readonly transportCost: number;
      readonly rowSums: number[];
      readonly columnSums: number[];
    }[];
  };
  readonly partial: Masses & {
    readonly cost: number[][];
    readonly solutions: readonly { readonly mass: number; readonly value: number }[];
  };
  readonly line: Masses & {
    readonly x: number[];
    readonly y: number[];
    readonly values: readonly { readonly p: number; readonly masses: string; readonly value: number }[];
    readonly gradients: readonly { readonly p: number; readonly gradientX: number[]; readonly gradientY: number[] }[];
  };
  readonly solve: Masses & {
    readonly x: number[][];
    readonly y: number[][];
    readonly samples: readonly { readonly cost: PointCost; readonly value: number }[];
  };
  readonly emdGradients: { readonly f: number[]; readonly g: number[]; readonly plan: number[][] };
}

// Problems of the test suites of POT and ott-jax, with the values that POT has.
const { unbalanced, partial, line, solve, emdGradients } = reference<Reference>("peers-new-subjects");

const centred = (values: Float64Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
};

describe("the peers' suites, new subjects", () => {
  it.each(unbalanced.solutions)("unbalanced: $name", ({ epsilon, rho, ...expected }) => {
    const geometry = denseGeometry(unbalanced.cost);
    const sides = { a: rho[0] ?? Infinity, b: rho[1] ?? Infinity };
    const solution = sinkhornHost(unbalanced.a, unbalanced.b, geometry, {
      epsilon,
      rho: sides,
      tolerance: 1e-13,
      maxIterations: 100_000,
    });
    const { transportCost, marginals } = entropicValues(unbalanced.a, unbalanced.b, geometry, solution);
    expect([transportCost]).toBeAllclose([expected.transportCost], { relative: 1e-9 });
    expect(marginals[0]).toBeAllclose(expected.rowSums, { relative: 1e-9 });
    expect(marginals[1]).toBeAllclose(expected.columnSums, { relative: 1e-9 });
  });

  it("partial: of a given mass", () => {
    for (const { mass, value } of partial.solutions) {
      const result = partialTransport(partial.a, partial.b, partial.cost, { mass });
      expect([result.value, result.mass]).toBeAllclose([value, mass], { relative: 1e-9 });
    }
  });

  it("on a line: values and gradients", () => {
    const { x, y, a, b } = line;
    for (const { p, masses, value } of line.values) {
      const given = masses === "weighted" ? { a, b } : {};
      expect([emd1d(x, y, { p, ...given }).value]).toBeAllclose([value], { relative: 1e-12 });
    }
    for (const { p, gradientX, gradientY } of line.gradients) {
      const gradients = emd1d(x, y, { p, a, b }).gradients();
      expect(gradients.x).toBeAllclose(gradientX, { absolute: 1e-12 });
      expect(gradients.y).toBeAllclose(gradientY, { absolute: 1e-12 });
    }
  });

  it("exact values of points under each cost, and its gradient in the masses", () => {
    const { x, y, a, b } = solve;
    for (const { cost, value } of solve.samples) {
      const result = emd(a, b, pointCloud(points(x), points(y), { cost }));
      expect([result.value]).toBeAllclose([value], { relative: 1e-10 });
    }
    const { f, g, plan } = emd(a, b, pointCloud(points(x), points(y)));
    expect(centred(f)).toBeAllclose(emdGradients.f, { absolute: 1e-10 });
    expect(centred(g)).toBeAllclose(emdGradients.g, { absolute: 1e-10 });
    const dense = ndarray(new Float64Array(100), [10, 10]);
    plan.masses.forEach((mass, k) => (dense.data[10 * plan.rows[k] + plan.columns[k]] = mass));
    expect(dense.data).toBeAllclose(emdGradients.plan.flat(), { absolute: 1e-12 });
  });
});
