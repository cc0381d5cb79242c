import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { ndarray, type TypedArray } from "../../../../src/tensor/ndarray.ts";
import { emd } from "../../../../src/transport/exact/emd.ts";
import { costMatrix, euclideanCost, exactSolvers, expectOptimal, randomCost } from "../../../support/exact.ts";
import { points, randomHistogram } from "../../../support/problems.ts";
import { reference, type EmdReference } from "../../../support/reference.ts";

const DISTANCES = {
  euclidean: (d: number[]) => Math.hypot(...d),
  "squared-euclidean": (d: number[]) => d.reduce((sum, x) => sum + x * x, 0),
  manhattan: (d: number[]) => d.reduce((sum, x) => sum + Math.abs(x), 0),
};

const total = (masses: Float64Array) => masses.reduce((sum, mass) => sum + mass, 0);

describe.each(exactSolvers)("$name", ({ solve }) => {
  it.each(reference<EmdReference>("emd").problems)("$name: the reference's value", (problem) => {
    const { costKind, cost: given, x, y, value } = problem;
    const [a, b] = [Float64Array.from(problem.a), Float64Array.from(problem.b)];
    const cost = costMatrix(a.length, b.length, (i, j) => {
      return costKind === "explicit" ? given![i][j] : DISTANCES[costKind](x![i].map((at, d) => at - y![j][d]));
    });
    const result = solve(a, b, cost);
    expect([result.value]).toBeAllclose([value], { relative: 1e-12, absolute: 0 });
    expectOptimal(result, a, b, cost);
  });

  it("random problems with zero masses: primal = dual", () => {
    for (let seed = 0; seed < 60; seed++) {
      const [n, m] = [1 + ((seed * 7) % 50), 1 + ((seed * 13) % 41)];
      const [a, b] = [randomHistogram(n, seed, 0.3 * (n > 5 ? 1 : 0)), randomHistogram(m, 99 + seed, m > 5 ? 0.5 : 0)];
      const cost = randomCost(n, m, seed);
      expectOptimal(solve(a, b, cost), a, b, cost);
    }
  });

  it("integer masses and costs, where nearly every pivot is degenerate: primal = dual", () => {
    const whole = fc.integer({ min: 0, max: 3 });
    const masses = (size: number) => fc.array(whole, { minLength: size, maxLength: size });
    const problems = fc
      .record({ n: fc.integer({ min: 1, max: 12 }), m: fc.integer({ min: 1, max: 12 }) })
      .chain(({ n, m }) =>
        fc.record({ a: masses(n), b: masses(m), cost: fc.array(whole, { minLength: n * m, maxLength: n * m }) }),
      );
    fc.assert(
      fc.property(problems, ({ a, b, cost }) => {
        // the smaller total is filled up in its first bin
        const difference = a.reduce((s, x) => s + x, 0) - b.reduce((s, x) => s + x, 0);
        const left = Float64Array.from(a, (mass, i) => mass + (i === 0 ? Math.max(0, -difference) + 1 : 0));
        const right = Float64Array.from(b, (mass, j) => mass + (j === 0 ? Math.max(0, difference) + 1 : 0));
        const matrix = costMatrix(a.length, b.length, (i, j) => cost[i * b.length + j]);
        expectOptimal(solve(left, right, matrix), left, right, matrix);
      }),
      { numRuns: 300 },
    );
  });

  it("assignments of equal masses: primal = dual", () => {
    for (const n of [2, 17, 64]) {
      const mass = new Float64Array(n).fill(1 / n);
      for (const cost of [randomCost(n, n, n), costMatrix(n, n, () => 1), costMatrix(n, n, (i, j) => (i * j) % 3)]) {
        const result = solve(mass, mass, cost);
        expectOptimal(result, mass, mass, cost);
        expect(result.plan.masses.length).toBe(n);
      }
    }
  });

  it("costs of any sign and size", () => {
    const [a, b] = [randomHistogram(20, 1), randomHistogram(30, 2)];
    for (const scale of [1e-200, 1, 1e200]) {
      const cost = costMatrix(20, 30, (i, j) => scale * Math.sin(i * 31 + j * 17));
      expectOptimal(solve(a, b, cost), a, b, cost);
    }
  });

  it("one bin against one, and against many", () => {
    const cost = costMatrix(1, 5, (_, j) => j + 0.5);
    const b = randomHistogram(5, 3);
    const one = Float64Array.of(1);
    expect(
      solve(
        one,
        one,
        costMatrix(1, 1, () => 7),
      ).value,
    ).toBe(7);
    const wide = solve(one, b, cost);
    expectOptimal(wide, one, b, cost);
    expect([...wide.plan.masses]).toBeAllclose([...b], { absolute: 1e-15 });
    const tall = costMatrix(5, 1, (i) => i + 0.5);
    expectOptimal(solve(b, one, tall), b, one, tall);
    expect(wide.value).toBe(solve(b, one, tall).value);
  });

  it("the size of the total mass changes nothing but the size of the plan", () => {
    const [a, b, cost] = [randomHistogram(20, 31, 0.2), randomHistogram(25, 32), randomCost(20, 25, 33)];
    const plain = solve(a, b, cost);
    for (const scale of [2 ** -960, 2 ** -40, 2 ** 40, 2 ** 1000]) {
      const times = (values: Float64Array) => values.map((value) => value * scale);
      const scaled = solve(times(a), times(b), cost);
      expect(scaled).toEqual({
        ...plain,
        value: plain.value * scale,
        plan: { ...plain.plan, masses: times(plain.plan.masses) },
      });
    }
  });

  it("identical histograms are at distance zero, exactly", () => {
    const a = randomHistogram(40, 4, 0.2);
    expect(solve(a, a, euclideanCost(40, 5)).value).toBe(0);
  });

  it("zero masses change nothing", () => {
    const cost = randomCost(12, 15, 6);
    const a = randomHistogram(12, 7).map((mass, i) => (i % 3 === 0 ? 0 : mass));
    const b = randomHistogram(15, 8).map((mass, j) => (j % 4 === 1 ? 0 : mass));
    const [left, right] = [a.map((mass) => mass / total(a)), b.map((mass) => mass / total(b))];
    const full = solve(left, right, cost);
    expectOptimal(full, left, right, cost);
    const [rows, columns] = [
      [...left.keys()].filter((i) => left[i] > 0),
      [...right.keys()].filter((j) => right[j] > 0),
    ];
    const small = costMatrix(rows.length, columns.length, (i, j) => cost.data[rows[i] * 15 + columns[j]]);
    expect(full.value).toBe(
      solve(
        left.filter((mass) => mass > 0),
        right.filter((mass) => mass > 0),
        small,
      ).value,
    );
  });

  it("permutations and shifts of the cost change the value as they should", () => {
    const n = 25;
    const [a, b] = [randomHistogram(n, 10), randomHistogram(n, 11)];
    const cost = randomCost(n, n, 12);
    const { value } = solve(a, b, cost);
    const at = (i: number) => (i * 7 + 3) % n;
    const permuted = solve(
      a.map((_, i) => a[at(i)]),
      b.map((_, j) => b[(j * 11) % n]),
      costMatrix(n, n, (i, j) => cost.data[at(i) * n + ((j * 11) % n)]),
    );
    expect([permuted.value]).toBeAllclose([value], { relative: 1e-14, absolute: 0 });
    const turned = solve(
      b,
      a,
      costMatrix(n, n, (j, i) => cost.data[i * n + j]),
    );
    expect([turned.value]).toBeAllclose([value], { relative: 1e-14, absolute: 0 });
    const [row, column] = [(i: number) => Math.cos(i), (j: number) => j % 5];
    const shifted = solve(
      a,
      b,
      costMatrix(n, n, (i, j) => cost.data[i * n + j] + row(i) + column(j)),
    );
    const shift = a.reduce((s, mass, i) => s + mass * row(i), 0) + b.reduce((s, mass, j) => s + mass * column(j), 0);
    expect([shifted.value]).toBeAllclose([value + shift], { absolute: 1e-14 });
  });

  it("a metric cost gives a metric between histograms", () => {
    const cost = euclideanCost(30, 13);
    const set = [1, 2, 3, 4, 5, 6].map((seed) => randomHistogram(30, seed, 0.4));
    const distance = set.map((a) => set.map((b) => solve(a, b, cost).value));
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) {
        expect([distance[i][j]]).toBeAllclose([distance[j][i]], { absolute: 1e-15 });
        for (let k = 0; k < 6; k++) expect(distance[i][k]).toBeLessThanOrEqual(distance[i][j] + distance[j][k] + 1e-15);
      }
    }
  });

  it("on a line, the distance between the distribution functions", () => {
    const n = 300;
    const [a, b] = [randomHistogram(n, 20, 0.2), randomHistogram(n, 21, 0.2)];
    const cost = costMatrix(n, n, (i, j) => Math.abs(i - j));
    let [gap, expected] = [0, 0];
    for (let i = 0; i < n; i++) {
      gap += a[i] - b[i];
      expected += Math.abs(gap);
    }
    const result = solve(a, b, cost);
    expectOptimal(result, a, b, cost);
    expect([result.value]).toBeAllclose([expected], { relative: 1e-12, absolute: 0 });
  });
});

describe("emd", () => {
  const cost = randomCost(3, 2, 1);

  it("takes geometries, and masses that are not normalised", () => {
    const cloud = pointCloud(points([[0], [4]]), points([[1], [3], [6]])); // squared distances
    const { value, plan } = emd(Float64Array.of(3, 3), Float64Array.of(2, 2, 2), cloud);
    expect(value).toBe(2 * 1 + 1 * 9 + 1 * 1 + 2 * 4);
    expect(plan).toEqual({
      rows: Int32Array.of(0, 0, 1, 1),
      columns: Int32Array.of(0, 1, 1, 2),
      masses: Float64Array.of(2, 1, 1, 2),
    });
  });

  it("takes masses and costs of any numeric type, in float64", () => {
    const [a, b, entries] = [
      [2, 1, 1],
      [1, 3],
      [0, 3, 1, 1, 5, 2],
    ];
    const expected = emd(Float64Array.from(a), Float64Array.from(b), ndarray(Float64Array.from(entries), [3, 2]));
    expect(emd(a, b, { shape: [3, 2], data: entries as unknown as TypedArray })).toEqual(expected);
    for (const type of [Int32Array, Float32Array, Uint8Array]) {
      expect(emd(type.from(a), type.from(b), ndarray(type.from(entries), [3, 2]))).toEqual(expected);
    }
  });

  it.each([1e291, 1e300, 5e-324, 1e-310])("a cost of %d has the value and the potentials that it should", (size) => {
    const whole = costMatrix(3, 2, (i, j) => ((i * 5 + j * 3) % 4) + (size > 1 ? 0 : 1));
    const [a, b] = [Float64Array.of(0.5, 0.25, 0.25), Float64Array.of(0.25, 0.75)];
    const share = size > 1 ? size / 4 : size;
    const large = costMatrix(3, 2, (i, j) => whole.data[2 * i + j] * share);
    const { value, f, g, status } = emd(a, b, large);
    expect(status).toBe("converged");
    const plain = emd(a, b, whole);
    expect(plain.value).toBeGreaterThan(0);
    const ulp = 2 ** -1074; // of the smallest numbers
    expect(Math.abs(value - share * plain.value)).toBeLessThanOrEqual(1e-15 * value + ulp);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 2; j++) expect(f[i] + g[j] - large.data[2 * i + j]).toBeLessThanOrEqual(1e-15 * size);
    }
    const dual = f.reduce((s, x, i) => s + x * a[i], 0) + g.reduce((s, x, j) => s + x * b[j], 0);
    expect(Math.abs(dual - value)).toBeLessThanOrEqual(1e-14 * size + 8 * ulp);
  });

  it("balances totals that differ by rounding", () => {
    const [a, b] = [Float64Array.of(0.3, 0.3, 0.4 + 1e-9), Float64Array.of(0.5, 0.5)];
    expect(emd(a, b, cost).status).toBe("converged");
  });

  it("says when pivots were not enough; the plan is feasible, the dual a lower bound", () => {
    const [a, b, large] = [randomHistogram(40, 1), randomHistogram(40, 2), randomCost(40, 40, 3)];
    const stopped = emd(a, b, large, { maxPivots: 5 });
    const { value } = emd(a, b, large);
    expect(stopped).toMatchObject({ status: "max-iterations", pivots: 5 });
    expect(stopped.value).toBeGreaterThan(value);
    const dual = a.reduce((s, x, i) => s + x * stopped.f[i], 0) + b.reduce((s, x, j) => s + x * stopped.g[j], 0);
    expect(dual).toBeLessThan(value);
  });

  it.each([
    ["other totals", Float64Array.of(1, 1, 1), Float64Array.of(1, 1), cost, /normalise/],
    [
      "masses beyond float64",
      new Float64Array(3).fill(1e308),
      new Float64Array(2).fill(1e308),
      cost,
      /masses a: their sum is beyond float64/,
    ],
    ["negative masses", Float64Array.of(1, -1, 1), Float64Array.of(0.5, 0.5), cost, /finite numbers >= 0, got -1/],
    ["no mass", Float64Array.of(0, 0, 0), Float64Array.of(0, 0), cost, /at least one must be positive/],
    ["another length", Float64Array.of(0.5, 0.5), Float64Array.of(0.5, 0.5), cost, /expected 3/],
    [
      "costs that are not finite",
      Float64Array.of(1, 1, 1),
      Float64Array.of(1, 2),
      costMatrix(3, 2, () => Infinity),
      /finite entries of at most 1e\+300 in size, got Infinity at \[0, 0\]/,
    ],
    [
      "costs whose sums would overflow",
      Float64Array.of(1, 1, 1),
      Float64Array.of(1, 2),
      costMatrix(3, 2, () => -1e305),
      /finite entries of at most 1e\+300 in size, got -1e\+305 at \[0, 0\]/,
    ],
    [
      "a value beyond float64",
      Float64Array.of(1e10),
      Float64Array.of(1e10),
      costMatrix(1, 1, () => 1e300),
      /emd: the value is beyond float64 with costs up to 1e\+300; divide costs or masses/,
    ],
    [
      "a cost of another length than its shape",
      Float64Array.of(1),
      Float64Array.of(1),
      { shape: [1, 1], data: new Float64Array(2) },
      /needs 1 elements, got 2/,
    ],
    ["no bins", new Float64Array(), new Float64Array(), { shape: [0, 0], data: new Float64Array() }, /with entries/],
    [
      "masses that are no numbers",
      ["0.5", "0.5"] as unknown as Float64Array,
      Float64Array.of(1),
      costMatrix(2, 1, () => 1),
      /masses a: expected an array of numbers/,
    ],
    [
      "a cost that is no matrix",
      Float64Array.of(1),
      Float64Array.of(1),
      ndarray(Float64Array.of(1), [1]),
      /expected a matrix/,
    ],
  ])("refuses %s", (_, a, b, given, message) => {
    expect(() => emd(a, b, given)).toThrow(InputError);
    expect(() => emd(a, b, given)).toThrow(message);
  });

  it("refuses a pivot limit that is no count", () => {
    const [a, b] = [Float64Array.of(1, 1, 1), Float64Array.of(1, 2)];
    expect(() => emd(a, b, cost, { maxPivots: -1 })).toThrow(/maxPivots: expected an integer >= 0, got -1/);
  });
});
