import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { jmdsAligner } from "../../../eval/embed/compare.ts";
import { embedEvaluation } from "../../../eval/embed/evaluation.ts";
import { writeEvaluation, type TrainedRun } from "../../../eval/evaluator.ts";
import { readNpy } from "../../../src/data/npy.ts";
import { circleTarget } from "../../../src/spaces/targets/circle.ts";
import { gaussiansTarget } from "../../../src/spaces/targets/gaussians.ts";
import { matrixTarget, pointsTarget } from "../../../src/spaces/targets/matrix.ts";
import { planeTarget } from "../../../src/spaces/targets/plane.ts";
import { sphereTarget } from "../../../src/spaces/targets/sphere.ts";
import { torusTarget } from "../../../src/spaces/targets/torus.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { deterministicEmbedding, deterministicResult } from "../../support/joint-embeddings.ts";

const run: TrainedRun = {
  name: "embed-cells",
  config: { options: { lambda: 100, seed: 3 } },
  state: {},
  history: [
    { step: 1, seconds: 0.5, objective: 9, wasserstein: 2, residual: 0.5 },
    { step: 2, seconds: 1.5, objective: 5, wasserstein: 1, residual: 0.01 },
  ],
};

const plane = planeTarget({ resolution: 4 });
/** Twelve of the sixteen points, in an order of their own. */
const places = [0, 5, 10, 15, 1, 2, 4, 8, 13, 7, 11, 6];

describe("embedEvaluation", () => {
  it("writes everything that a run is for", async () => {
    const labels = places.map((place) => (place < 8 ? "A" : "B"));
    const folder = await mkdtemp(join(tmpdir(), "otlearn-embed-"));
    try {
      const result = deterministicResult(plane, places, places, { paired: true, labelsX: labels, labelsY: labels });
      const notes = await writeEvaluation(
        folder,
        embedEvaluation(run, { ...result, peers: { JMDS: jmdsAligner({ iterations: 3 }, 1) } }),
      );
      expect(notes).toEqual([]);
      expect((await readdir(join(folder, "result"))).sort()).toEqual([
        "coupling_x.npy",
        "coupling_y.npy",
        "coupling_z.npy",
        "marginals.png",
        "marginals_together.png",
        "matches.tsv",
        "progress.png",
        "projection_x.npy",
        "projection_y.npy",
        "projections.png",
        "summary.json",
        "target_distances.npy",
      ]);
      const projection = await readNpy(join(folder, "result/projection_x.npy"));
      expect(projection.shape).toEqual([12, 2]);
      expect(projection.data).toBeAllclose(
        places.flatMap((place) => Array.from(plane.coordinates!.data.subarray(2 * place, 2 * place + 2))),
      );
      const summary = JSON.parse(await readFile(join(folder, "result/summary.json"), "utf8"));
      expect(summary).toMatchObject({
        steps: 2,
        seconds: 1.5,
        samples: { x: 12, y: 12 },
        target: { name: "plane", points: 16 },
        objective: { value: 5, wasserstein: 1, gromovX: 0.01, gromovY: 0.03 },
        foscttm: { xToY: 0, yToX: 0, mean: 0 },
        notes: [],
      });
      expect(summary.images.x.mass).toBeCloseTo(1, 12);
      expect(summary.images.x.points).toBeCloseTo(12, 9); // uniform on twelve points
      expect(summary.images.y.spread).toBeCloseTo(1, 12); // an isometry
      expect(summary.methods.map(({ method }: { method: string }) => method)).toEqual(["embed", "JMDS"]);
      expect(summary.methods[1].seconds).toBeGreaterThan(0);
      const html = await readFile(join(folder, "report.html"), "utf8");
      for (const text of ["Joint metric space embedding", "embed-cells", "FOSCTTM", "JMDS", "Images together"]) {
        expect(html).toContain(text);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("lists the nearest y of each x, with names and classes", () => {
    const { tables } = embedEvaluation(run, {
      ...deterministicResult(plane, [0, 15], [15, 1], {
        paired: false,
        labelsX: ["A", undefined],
        labelsY: ["B", "C"],
      }),
      names: { x: ["cell 1", "cell 2"], y: ["spot 1", "spot 2"] },
    });
    const [head, first, second] = tables!["matches"]
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(head).toEqual(["x", "y", "distance", "label_x", "label_y"]);
    expect([first[0], first[1], first[3], first[4]]).toEqual(["cell 1", "spot 2", "A", "C"]);
    expect(Number(first[2])).toBeCloseTo(plane.metric.matrix().data[1], 12);
    expect(second.slice(0, 3)).toEqual(["cell 2", "spot 1", "0"]);
  });

  it("says nothing of partners and classes that nobody knows", () => {
    const { summary, report } = embedEvaluation(run, deterministicResult(plane, places, [1, 2, 3], { paired: false }));
    expect(summary).not.toHaveProperty("foscttm");
    expect(summary).not.toHaveProperty("labelTransfer");
    expect(report({}).sections.map(({ title }) => title)).toEqual(["Summary", "Configuration"]);
  });

  it("scores the pairs of a test set alone", () => {
    const swapped = [5, 0, ...places.slice(2)];
    const of = (pairs: readonly number[]) =>
      embedEvaluation(run, deterministicResult(plane, places, swapped, { paired: true, pairs })).summary["foscttm"];
    expect(of([2, 3])).toEqual({ xToY: 0, yToX: 0, mean: 0 });
    expect(of([0])).not.toEqual({ xToY: 0, yToX: 0, mean: 0 });
  });

  it("warns of weights that inner problems have not met, unless they may change", () => {
    const result = deterministicResult(plane, places, places);
    const couplingX = { ...result.embedding.couplingX, data: result.embedding.couplingX.data.slice() };
    for (let z = 0; z < 16; z++) couplingX.data[z] *= 1.12; // of the first sample, a twelfth of the mass
    const evaluate = (options: object) => {
      const config = { ...run.config, options: { ...run.config.options, ...options } };
      return embedEvaluation({ ...run, config }, { ...result, embedding: { ...result.embedding, couplingX } }).summary;
    };
    const { images, notes } = evaluate({});
    expect(images).toMatchObject({
      x: { reweighted: expect.closeTo(0.005, 12) },
      y: { reweighted: expect.closeTo(0, 12) },
    });
    expect(notes).toEqual([expect.stringContaining("0.50% of the mass of X")]);
    expect(evaluate({ rho: 1 })["notes"]).toEqual([]);
  });

  it("warns of an embedding that has collapsed, whose scores are those of guessing", () => {
    const spread = deterministicResult(plane, places, places);
    const collapsed = { ...spread, embedding: deterministicEmbedding(places.map(() => 3), places.map(() => 3), plane) }; // prettier-ignore
    const { summary } = embedEvaluation(run, collapsed);
    expect(summary["notes"]).toEqual([expect.stringMatching(/shrunk: X to 0.00 of its size, Y to 0.00/)]);
    expect(summary["foscttm"]).toMatchObject({ mean: 0.5 });
    expect(embedEvaluation(run, spread).summary["notes"]).toEqual([]);
  });

  const points = ndarray(Float64Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0), [3, 3]);
  it.each([
    ["circle", circleTarget({ bins: 12 }), ["marginals", "marginals_together", "projections"]],
    ["sphere", sphereTarget({ resolution: 5 }), ["marginals", "projections"]],
    ["torus", torusTarget({ resolution: 5, geometry: "flat" }), ["marginals", "projections"]],
    ["gaussians", gaussiansTarget({ resolution: 2 }), ["marginals", "mixtures"]],
    ["points of space", pointsTarget(points, { name: "x" }), ["marginals", "projections"]],
    ["distances alone", matrixTarget(plane.metric.matrix()), ["coupling_x", "coupling_y"]],
  ])("draws what can be seen of the target: %s", async (_, target, names) => {
    const { pictures } = embedEvaluation({ ...run, history: [] }, deterministicResult(target, [0, 1, 2], [2, 1, 0]));
    expect(Object.keys(pictures).sort()).toEqual(names);
    for (const draw of Object.values(pictures)) expect(await draw()).toMatchObject({ kind: "svg" });
  });

  it("shows mixtures as they were beside where they are put", async () => {
    const target = gaussiansTarget({ resolution: 2 });
    const mixture = ndarray(Float64Array.of(0, 0, 1, 0, 1, 3, 3, 2, 1, 1), [2, 5]);
    const { pictures } = embedEvaluation(run, {
      ...deterministicResult(target, [0, 1], [2, 3]),
      mixtures: [mixture, mixture],
      sets: ["blobs", "moved blobs"],
    });
    const { svg } = (await pictures["mixtures"]()) as { svg: string };
    for (const text of ["blobs, before", "moved blobs, before", "after"]) expect(svg).toContain(`>${text}<`);
  });
});
