import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { emd } from "../../../../src/transport/exact/emd.ts";
import { emd1d } from "../../../../src/transport/line/emd1d.ts";
import { centralDifferences, withoutMean } from "../../../support/differences.ts";
import { dot, randomHistogram, randomNormal } from "../../../support/problems.ts";
import { reference } from "../../../support/reference.ts";

interface Line {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly a: number[] | null;
  readonly b: number[] | null;
  readonly p: number;
  readonly value: number;
  readonly gradientX: number[];
  readonly gradientY: number[];
  readonly gradientA?: number[];
  readonly gradientB?: number[];
}

const { lines } = reference<{ lines: Line[] }>("line");
const matrixOf = (x: ArrayLike<number>, y: ArrayLike<number>, p: number) => {
  const m = y.length;
  return ndarray(
    Float64Array.from({ length: x.length * m }, (_, at) => Math.abs(x[Math.floor(at / m)] - y[at % m]) ** p),
    [x.length, m],
  );
};
const uniform = (count: number): Float64Array => new Float64Array(count).fill(1 / count);

describe.each(lines)("$name", ({ x, y, a, b, p, ...expected }) => {
  const result = emd1d(x, y, { a: a ?? undefined, b: b ?? undefined, p });
  const [massesA, massesB] = [
    a ? Float64Array.from(a) : uniform(x.length),
    b ? Float64Array.from(b) : uniform(y.length),
  ];

  it("value and gradients are POT's", () => {
    expect([result.value, result.distance]).toBeAllclose([expected.value, expected.value ** (1 / p)]);
    const gradients = result.gradients();
    expect(gradients.x).toBeAllclose(expected.gradientX);
    expect(gradients.y).toBeAllclose(expected.gradientY);
    if (expected.gradientA) expect(gradients.a).toBeAllclose(expected.gradientA);
    if (expected.gradientB) expect(gradients.b).toBeAllclose(expected.gradientB);
  });

  it("the plan has the marginals and the value", () => {
    const { rows, columns, masses } = result.plan();
    const [first, second] = [new Float64Array(x.length), new Float64Array(y.length)];
    let cost = 0;
    masses.forEach((mass, k) => {
      first[rows[k]] += mass;
      second[columns[k]] += mass;
      cost += mass * Math.abs(x[rows[k]] - y[columns[k]]) ** p;
    });
    expect(first).toBeAllclose(massesA);
    expect(second).toBeAllclose(massesB);
    expect([cost]).toBeAllclose([expected.value]);
    expect(Array.from(rows)).toEqual(Array.from(rows).sort((i, j) => i - j));
    expect(rows.length).toBeLessThan(x.length + y.length);
  });

  it("the potentials are feasible and optimal", () => {
    const { f, g } = result.potentials();
    expect([dot(f, massesA) + dot(g, massesB)]).toBeAllclose([expected.value]);
    const { data } = matrixOf(x, y, p);
    const slack = Array.from(data, (cost, at) => cost - f[Math.floor(at / y.length)] - g[at % y.length]);
    expect(Math.min(...slack)).toBeGreaterThan(-1e-12);
  });
});

it("is exact transport, whatever the order, ties and masses", () => {
  const side = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
    maxLength: 9,
  });
  fc.assert(
    fc.property(side, side, fc.constantFrom(1, 1.7, 2, 4), (left, right, p) => {
      const points = (given: [number, number][]) => Float64Array.from(given, ([at]) => at / 2);
      const masses = (given: [number, number][]): Float64Array => {
        const all = Float64Array.from(given, ([, mass], index) => mass + (index === 0 ? 1 : 0));
        const total = all.reduce((sum, mass) => sum + mass, 0);
        return all.map((mass) => mass / total);
      };
      const [x, y, a, b] = [points(left), points(right), masses(left), masses(right)];
      const exact = emd(a, b, matrixOf(x, y, p));
      expect([emd1d(x, y, { a, b, p }).value]).toBeAllclose([exact.value]);
    }),
  );
});

it("sorts thousands of points, of either sign, with ties and zeros, as few", () => {
  const count = 5000;
  const x = randomNormal(count, 1).map((value, at) =>
    at % 7 === 0 ? Math.round(value) : value * 10 ** ((at % 5) - 2),
  );
  const y = randomNormal(count, 2);
  const sorted = (values: Float64Array) => values.slice().sort();
  const [left, right] = [sorted(x), sorted(y)];
  expect([emd1d(x, y, { p: 2 }).value]).toBeAllclose([
    left.reduce((sum, at, k) => sum + (at - right[k]) ** 2, 0) / count,
  ]);
});

it("gradients are those of central differences", () => {
  const [x, y, a, b] = [randomNormal(6, 3), randomNormal(8, 4), randomHistogram(6, 5), randomHistogram(8, 6)];
  for (const p of [1, 1.5, 2, 3]) {
    const gradients = emd1d(x, y, { a, b, p }).gradients();
    expect(gradients.x).toBeAllclose(
      centralDifferences((at) => emd1d(at, y, { a, b, p }).value, x),
      { absolute: 1e-8 },
    );
    expect(gradients.y).toBeAllclose(
      centralDifferences((at) => emd1d(x, at, { a, b, p }).value, y),
      { absolute: 1e-8 },
    );
    // along changes of a that keep the total
    const moved = (masses: Float64Array): number => {
      const total = masses.reduce((sum, mass) => sum + mass, 0);
      return emd1d(x, y, { a: masses.map((mass) => mass + (1 - total) / masses.length), b, p }).value;
    };
    expect(gradients.a).toBeAllclose(withoutMean(centralDifferences(moved, a)), { absolute: 1e-8 });
  }
});

it("identical points are 0 apart, with gradients 0 in the points", () => {
  const x = randomNormal(20, 7);
  for (const p of [1, 1.5, 2]) {
    const result = emd1d(x, x.slice(), { p });
    expect(result.value).toBe(0);
    expect([...result.gradients().x, ...result.gradients().y].every((slope) => slope === 0)).toBe(true);
    expect([...result.gradients().a, ...result.gradients().b].every(Number.isFinite)).toBe(true);
  }
});

it("masses may have any total, and either side may be equal", () => {
  const [x, y, a] = [randomNormal(5, 8), randomNormal(4, 9), randomHistogram(5, 10)];
  const one = emd1d(x, y, { a, p: 2 }).value;
  expect([emd1d(x, y, { a: a.map((mass) => 300 * mass), p: 2 }).value]).toBeAllclose([300 * one]);
  expect([emd1d(y, x, { b: a, p: 2 }).value]).toBeAllclose([one]);
});

it.each([
  [[1, NaN], [0], {}, /points x: expected finite coordinates, got NaN at index 1/],
  [[1], [], {}, /points y: expected at least one point, got none/],
  ["12", [0], {}, /points x: expected an array of numbers \(Float64Array\), got a string/],
  [BigInt64Array.of(1n), [0], {}, /points x: .*got a BigInt64Array/],
  [[1, null], [0], {}, /points x: .*got null at index 1/],
  [[[1], [2]], [0], {}, /points x: .*got an Array at index 0/],
  [[1, 2], [0], { a: [1] }, /masses a: expected 2 .*got 1/],
  [[1, 2], [0], { a: [1, 1], b: [1] }, /a sums to 2, b to 1/],
  [[1], [0], { p: 0.5 }, /p: expected a finite number >= 1, got 0.5/],
  [[1], [0], { p: "2" }, /p: expected a finite number >= 1/],
  [[1e300], [-1e300], { p: 2 }, /beyond float64/],
])("bad input is one line: %#", (x, y, options, message) => {
  const run = () => emd1d(x as number[], y, options as object);
  expect(run).toThrow(InputError);
  expect(run).toThrow(message);
});
