import { describe, expect, it } from "vitest";
import { requireValues, samplesOf } from "../../../src/data/dataset.ts";
import { datasets, loadDataset } from "../../../src/data/registry.ts";
import { InputError } from "../../../src/errors.ts";

const KNOWN =
  "faces, faces-unseen, drawings, gaussians-1d, two-modes-1d, torus, torus-one-bump, torus-twins, mnist, fashion-mnist, cifar10, lfw, quickdraw, pbmc3k, snareseq, scgem, fashion-latent, " +
  "shapes, shapes-hole, shapes-one-hole, sphere-parts, torus-parts, circle-von-mises, blobs, moons";

describe("loadDataset", () => {
  it.each(["faces", "drawings", "gaussians-1d", "two-modes-1d", "torus"])(
    "makes %s under its name, as masses",
    async (name) => {
      const dataset = samplesOf(await loadDataset(name));
      expect(dataset.name).toBe(name);
      expect(() => requireValues(dataset, { masses: true })).not.toThrow();
      expect(dataset.names).toHaveLength(dataset.values.shape[0]);
    },
  );

  it("takes the first samples", async () => {
    expect(samplesOf(await loadDataset("gaussians-1d", { limit: 2 })).values.shape).toEqual([2, 100]);
    await expect(loadDataset("gaussians-1d", { limit: 0 })).rejects.toThrow(/limit: .* at least 1, got 0/);
  });

  it.each(["faces2", "toString", ""])("lists the known names for %j", async (name) => {
    const message = `data set ${name}: unknown; known are ${KNOWN}`;
    await expect(loadDataset(name)).rejects.toThrow(new InputError(message));
  });

  it("describes each in one line", () => {
    for (const { description } of Object.values(datasets)) expect(description).toMatch(/^[^\n]{20,120}$/);
  });
});
