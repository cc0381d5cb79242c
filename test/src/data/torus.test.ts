import { describe, expect, it } from "vitest";
import { samplesOf } from "../../../src/data/dataset.ts";
import { loadDataset } from "../../../src/data/registry.ts";
import { InputError } from "../../../src/errors.ts";
import { worstDifference } from "../../support/allclose.ts";
import { reference } from "../../support/reference.ts";

describe("translated histograms on a circle", () => {
  it("are those of the reference", async () => {
    const { torus } = reference<{ torus: { X: number[][] } }>("singular_vectors");
    const { values } = samplesOf(await loadDataset("torus", { size: "20x16" }));
    const { pass, message } = worstDifference(values.data, torus.X, { relative: 1e-12, absolute: 1e-14 });
    expect(pass, message).toBe(true);
  });

  it.each(["torus", "torus-one-bump", "torus-twins"])("%s: 100 samples of 80 features, all positive", async (name) => {
    const { values } = samplesOf(await loadDataset(name));
    expect(values.shape).toEqual([100, 80]);
    expect(Math.min(...values.data)).toBeGreaterThan(0);
  });

  it("are translations: five samples on are four features on", async () => {
    const { data } = samplesOf(await loadDataset("torus")).values;
    for (let feature = 0; feature < 80; feature++) {
      expect(data[5 * 80 + ((feature + 4) % 80)]).toBeCloseTo(data[feature], 12);
    }
  });

  it.each(["100", "2x80", "100x0", "axb"])("refuse the size %s", async (size) => {
    await expect(loadDataset("torus", { size })).rejects.toThrow(InputError);
  });
});
