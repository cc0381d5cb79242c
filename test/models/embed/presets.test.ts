import { describe, expect, it } from "vitest";
import { embedOptions } from "../../../models/embed/options.ts";
import { completeEmbed } from "../../../models/embed/presets.ts";
import { resolveOptions } from "../../../src/options.ts";

const given = (options: Record<string, unknown> = {}) => resolveOptions(embedOptions, options);
const PLAIN = { preset: "plain", preprocess: "none", distance: "euclidean", neighbors: 10, hops: false, lambda: 1 };
const CELLS = {
  preset: "cells",
  preprocess: "l2",
  distance: "correlation",
  neighbors: 0.2,
  hops: true,
  lambda: 0.3,
};

describe("completeEmbed", () => {
  it("takes what suits cells for data sets of cells, and the paper's distances else", () => {
    expect(completeEmbed(given(), "snareseq")).toMatchObject(CELLS);
    expect(completeEmbed(given(), "shapes")).toMatchObject(PLAIN);
    expect(completeEmbed(given())).toMatchObject(PLAIN);
    expect(completeEmbed(given({ x: "a.npy", y: "b.npy" }), "scgem")).toMatchObject(PLAIN);
    expect(completeEmbed(given({ preset: "cells" }))).toMatchObject(CELLS);
    expect(completeEmbed(given({ preset: "plain" }), "scgem")).toMatchObject(PLAIN);
  });

  it("leaves what was given, and what is complete", () => {
    const mixed = completeEmbed(given({ distance: "cosine", lambda: 7, hops: true }));
    expect(mixed).toMatchObject({ ...PLAIN, distance: "cosine", lambda: 7, hops: true });
    expect(completeEmbed(mixed, "snareseq")).toEqual(mixed);
    expect(completeEmbed(given({ target: "d.npy" }))).toMatchObject({ target: "matrix", targetDistances: "d.npy" });
  });
});
