import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { maskedPsnr } from "../../../eval/wdl/masked.ts";
import { lossByName } from "../../../models/wdl/losses.ts";
import { filledIn, maskedTerm, readMask, withoutMissing, type Mask } from "../../../models/wdl/mask.ts";
import { barycenterInputs } from "../../../models/wdl/factors.ts";
import { normalizeRows } from "../../../models/wdl/dictionary.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { encodeNpy } from "../../../src/data/npy.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { dot, randomNormal } from "../../support/problems.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { directionalDifference, randomRows } from "../../support/wdl.ts";
import { learn } from "../../support/wdl-run.ts";

beforeAll(async () => void (await useBackend("cpu")));

async function maskFile(shape: readonly number[], values: ArrayLike<number>): Promise<string> {
  const path = join(await temporaryFolder(), "mask.npy");
  await writeFile(path, encodeNpy(ndarray(Float64Array.from(values), [...shape])));
  return path;
}

const geometry = grid({ size: [4, 5] });
const observed = Float64Array.from({ length: 20 }, (_, i) => Number(i % 3 !== 0));
const mask: Mask = { row: () => observed, isCommon: true };
const data = normalizeRows(withoutMissing(randomRows(1, 20, 3), 20, mask), 20);

describe("losses of observed pixels", () => {
  const p = randomRows(1, 20, 5).map((mass) => 0.9 * mass);
  const term = (name: "tv" | "quadratic" | "kl") =>
    maskedTerm(name, lossByName(name, { geometry, epsilon: 1 }), data, 20, mask);
  const value = (name: "tv" | "quadratic" | "kl", at: Float64Array) => term(name).evaluate(0, at, new Float64Array(20));

  it.each(["tv", "quadratic", "kl"] as const)("%s has the gradient of its value", (name) => {
    const gradient = new Float64Array(20).fill(NaN);
    term(name).evaluate(0, p, gradient);
    const direction = randomNormal(20, 7).map((entry, i) => entry * p[i]);
    const expected = directionalDifference((at) => value(name, at), p, direction, 1e-5);
    expect([dot(gradient, direction)]).toBeAllclose([expected], { relative: 1e-6 });
  });

  it.each(["tv", "quadratic", "kl"] as const)("%s sees neither missing pixels nor the mass of p", (name) => {
    const other = p.map((mass, i) => (observed[i] ? 0.5 * mass : 3));
    expect([value(name, other)]).toBeAllclose([value(name, p)]);
    const same = data.map((mass, i) => (observed[i] ? mass : 7));
    expect([value(name, same)]).toBeAllclose([0], { absolute: 1e-12 });
  });

  it("are infinite where nothing of p is observed", () => {
    expect(value("kl", p.map((mass, i) => mass * (1 - observed[i])))).toBe(Infinity); // prettier-ignore
  });
});

describe("a mask", () => {
  it("is one for all data points, or one each", async () => {
    const one = await readMask(await maskFile([2, 3], [1, 0, 1, 1, 1, 5]), 4, [2, 3]);
    expect(one.row(3)).toEqual(Float64Array.from([1, 0, 1, 1, 1, 1]));
    const each = await readMask(await maskFile([2, 3], [1, 0, 1, 1, 1, 0]), 2, [3]);
    expect(each.row(1)).toEqual(Float64Array.from([1, 1, 0]));
  });

  it("of another shape, or that leaves nothing, is refused", async () => {
    const file = await maskFile([2, 3], [1, 0, 1, 0, 0, 0]);
    await expect(readMask(file, 2, [4])).rejects.toThrow(
      "expected [4] (one mask for all) or [2, 4] (one each), got [2, 3]",
    );
    await expect(readMask(file, 2, [3])).rejects.toThrow("nothing is observed of data point 2");
  });

  it("leaves first atoms the mean of who observed a pixel", () => {
    const rows = Float64Array.from([0.2, 0.8, 0, 0.6, 0, 0]);
    const seen = [Float64Array.from([1, 1, 0]), Float64Array.from([1, 0, 0])];
    // the third pixel, which nobody observed, has the mean of the others
    expect(filledIn(rows, 3, { row: (point) => seen[point], isCommon: false })).toBeAllclose([
      0.2, 0.8, 0.6, 0.6, 0.8, 0.6,
    ]);
  });
});

/** A bump that moves: its barycenters know where it is from a part of it. */
function bumps(missing: number): Dataset {
  const values = Float64Array.from({ length: 8 * 30 }, (_, at) => {
    const [row, x] = [Math.floor(at / 30), at % 30];
    return Math.exp(-((x - 8 - 2 * row) ** 2) / 8) + 1e-3;
  });
  return {
    kind: "histograms",
    name: "bumps",
    values: ndarray(
      values.map((value, at) => (maskOfBumps[at] ? value : missing)),
      [8, 30],
    ),
    names: Array.from({ length: 8 }, (_, i) => String(i)),
  };
}
/** Of each bump another part is missing, from all of its left side to none. */
const maskOfBumps = Float64Array.from({ length: 8 * 30 }, (_, at) => {
  const row = Math.floor(at / 30);
  const distance = (at % 30) - 8 - 2 * row;
  const first = -6 + ((5 * row) % 8);
  return Number(distance < first || distance > first + 3);
});

describe("a dictionary of data with missing pixels", () => {
  const options = { atoms: 2, gamma: 1, iterations: 30, sinkhornIterations: 20, loss: "quadratic" } as const;

  it("does not look at their values, and fills them in", async () => {
    const file = await maskFile([8, 30], maskOfBumps);
    const [one, other] = [
      await learn(bumps(0), { ...options, mask: file }),
      await learn(bumps(0.7), { ...options, mask: file }),
    ];
    expect(one.factors).toEqual(other.factors);
    const { setup, factors } = one;
    expect(setup.problem.operator.name).toMatch(/float/);
    const made = await setup.problem.operator.barycenters(barycenterInputs(setup.problem, factors));
    const reconstructions = Float32Array.from(normalizeRows(made, 30));
    const truth = { ...setup, intensities: Float64Array.from(truthOf(), (value) => 255 * value) };
    const tone = { alpha: 1, invert: false };
    const found = maskedPsnr(truth, tone, reconstructions, setup.mask!);
    expect(found.pixels).toBe(8 * 4);
    expect(found.observed).toBeGreaterThan(25);
    const zeros = maskedPsnr({ ...truth, massesOf: () => new Float64Array(1) }, tone, reconstructions, setup.mask!);
    expect(found.missing).toBeGreaterThan(Number(zeros.missing) + 4);
  });

  it("is refused for the Wasserstein losses", async () => {
    const file = await maskFile([8, 30], maskOfBumps);
    await expect(learn(bumps(0), { ...options, loss: "wasserstein", mask: file })).rejects.toThrow(
      "take tv, quadratic or kl",
    );
  });

  function truthOf(): Float64Array {
    return Float64Array.from({ length: 8 * 30 }, (_, at) => {
      const [row, x] = [Math.floor(at / 30), at % 30];
      return Math.exp(-((x - 8 - 2 * row) ** 2) / 8) + 1e-3;
    });
  }
});
