import { describe, expect, it } from "vitest";
import { INIT_NAMES, initialLogits, type InitName } from "../../../models/wdl/initialize.ts";
import { softmax } from "../../../models/wdl/simplex.ts";
import { Random } from "../../../src/tensor/random.ts";
import { randomRows } from "../../support/wdl.ts";

const [POINTS, ATOMS, PIXELS] = [6, 3, 10];
const data = randomRows(POINTS, PIXELS, 5);

function start(init: InitName, seed: number, from = data, atoms = ATOMS) {
  const { alpha, beta } = initialLogits(init, from, { atoms, pixels: PIXELS }, Random.fromSeed(seed));
  return { alpha, beta, atoms: softmax.forward(alpha, PIXELS), weights: softmax.forward(beta, atoms) };
}

function rows(values: Float64Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, row) => [
    ...values.subarray(row * columns, (row + 1) * columns),
  ]);
}

/** Index of the row of `candidates` that is equal to `row`, or -1. */
function indexOfRow(candidates: number[][], row: number[]): number {
  return candidates.findIndex((other) => other.every((value, index) => Math.abs(value - row[index]) < 1e-12));
}

describe.each(INIT_NAMES)("%s", (init) => {
  it("depends on the seed alone", () => {
    expect(start(init, 3)).toEqual(start(init, 3));
    expect(start(init, 3).beta).not.toEqual(start(init, 4).beta);
  });

  it("gives finite logits for data with zeros, and for equal data points", () => {
    const withZeros = randomRows(POINTS, PIXELS, 7, 0.5);
    const equal = Float64Array.from({ length: POINTS * PIXELS }, (_, index) => data[index % PIXELS]);
    for (const from of [withZeros, equal]) {
      const { alpha, beta } = start(init, 1, from);
      expect([alpha.length, beta.length]).toEqual([ATOMS * PIXELS, POINTS * ATOMS]);
      expect(alpha.every(Number.isFinite) && beta.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("constant", () => {
  it("starts from uniform atoms and takes fewer data points than atoms", () => {
    const { atoms, beta } = start("constant", 1, data.slice(0, PIXELS));
    expect(atoms).toBeAllclose(new Float64Array(ATOMS * PIXELS).fill(1 / PIXELS));
    expect(beta).toHaveLength(ATOMS);
  });
});

describe("samples", () => {
  it("are distinct data points, each the largest weight of its own", () => {
    const { atoms, weights } = start("samples", 1);
    const chosen = rows(atoms, PIXELS).map((atom) => indexOfRow(rows(data, PIXELS), atom));
    expect(chosen).not.toContain(-1);
    expect(new Set(chosen).size).toBe(ATOMS);
    chosen.forEach((point, atom) => {
      const own = rows(weights, ATOMS)[point];
      expect(own.indexOf(Math.max(...own))).toBe(atom);
    });
  });
});

describe("kmeans", () => {
  it("finds the means of separate clusters and leans their points towards them", () => {
    // three groups of two, around different pixels
    const clustered = new Float64Array(POINTS * PIXELS);
    for (let point = 0; point < POINTS; point++) {
      clustered[point * PIXELS + 3 * (point % 3)] = 0.8;
      clustered[point * PIXELS + 3 * (point % 3) + 1] = point < 3 ? 0.2 : 0;
      clustered[point * PIXELS + 9] += point < 3 ? 0 : 0.2;
    }
    const { atoms, weights } = start("kmeans", 2, clustered);
    const means = [0, 1, 2].map((group) =>
      rows(clustered, PIXELS)[group].map((value, i) => (value + rows(clustered, PIXELS)[group + 3][i]) / 2),
    );
    const found = rows(atoms, PIXELS).map((atom) => atom.map((value) => (value > 1e-6 ? value : 0)));
    expect([...found].sort()).toBeAllclose([...means].sort(), { relative: 1e-5 });
    rows(weights, ATOMS).forEach((own, point) => {
      const nearest = found.findIndex((atom) => Math.abs(atom[3 * (point % 3)] - 0.8) < 0.01);
      expect(own.indexOf(Math.max(...own))).toBe(nearest);
    });
  });
});

describe.each(["samples", "kmeans"] as const)("%s", (init) => {
  it("asks for a data point an atom", () => {
    expect(() => start(init, 1, data.slice(0, 2 * PIXELS))).toThrow(
      `init: expected at least 3 data points for ${init} (one an atom), got 2; use constant`,
    );
  });
});
