import { beforeAll, describe, expect, it } from "vitest";
import { wdlOptions, type WdlOptions } from "../../../models/wdl/options.ts";
import { setUpWdl } from "../../../models/wdl/setup.ts";
import { blurOntoZeros, zeroPixelNote } from "../../../models/wdl/zero-pixels.ts";
import { resolveOptions } from "../../../src/options.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

beforeAll(async () => void (await useBackend("cpu")));

async function setUp(rows: readonly (readonly number[])[], given: Partial<WdlOptions> = {}) {
  const options = resolveOptions(wdlOptions, given);
  const values = ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
  const names = rows.map((_, row) => String(row));
  return { setup: await setUpWdl(options, { kind: "histograms", name: "test", values, names }), options };
}

/** What stays at its place, of a mass far from the edges of a line: 1 / sum_d exp(-d^2 / gamma). */
function kept(gamma: number): number {
  const places = Array.from({ length: 41 }, (_, index) => index - 20);
  return 1 / places.reduce((sum, d) => sum + Math.exp((-d * d) / gamma), 0);
}

const point = Array.from({ length: 31 }, (_, index) => Number(index === 15));

describe("mass that the blur of barycenters puts on zero pixels", () => {
  it.each([0.5, 1, 4])("is what leaves a single pixel, at gamma %s", async (gamma) => {
    const { setup } = await setUp([point, point], { gamma, atoms: 2 });
    expect([blurOntoZeros(setup)]).toBeAllclose([1 - kept(gamma)], { relative: 1e-9 });
  });

  it("is none where no pixel is zero, at the edges too, and the mean over data points", async () => {
    const full = point.map((value, index) => value + 0.1 + index / 100);
    expect(blurOntoZeros((await setUp([full, full])).setup)).toBe(0);
    expect([blurOntoZeros((await setUp([full, point])).setup)]).toBeAllclose([(1 - kept(1)) / 2], { relative: 1e-9 });
  });

  it("is said of the KL loss where it costs more than the fit, and of no other loss", async () => {
    const drawn = await setUp([point, point]);
    expect(zeroPixelNote(drawn.setup, drawn.options)).toMatch(
      /^the blur of barycenters puts 44% of the mass on zero pixels/,
    );
    expect(zeroPixelNote(drawn.setup, { loss: "quadratic" })).toBeUndefined();
    const sharp = await setUp([point, point], { gamma: 0.1 });
    expect(zeroPixelNote(sharp.setup, sharp.options)).toBeUndefined();
  });
});
