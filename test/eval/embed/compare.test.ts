import { describe, expect, it } from "vitest";
import { compareAlignments, gromovAligner, jmdsAligner } from "../../../eval/embed/compare.ts";
import { pairScores } from "../../../eval/embed/scores.ts";
import { matrixMetric } from "../../../src/spaces/metric-matrix.ts";
import { metricSpace } from "../../../src/spaces/space.ts";
import { planeTarget } from "../../../src/spaces/targets/plane.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { Random } from "../../../src/tensor/random.ts";
import { deterministicEmbedding } from "../../support/joint-embeddings.ts";
import { distancesOf } from "../../support/spaces.ts";

const COUNT = 30;
const random = Random.fromSeed(4);
const points = ndarray(random.fill(2 * COUNT, () => random.uniform() ** 2), [COUNT, 2]); // prettier-ignore
const distances = distancesOf(points);
const x = { space: metricSpace(matrixMetric(distances)) };
/** The same in another unit of length. */
const y = { space: metricSpace(matrixMetric(ndarray(distances.data.map((d) => 50 * d), [COUNT, COUNT]))) }; // prettier-ignore

describe("compareAlignments", () => {
  it("scores each method on what is known, and times it", () => {
    const labels = Array.from({ length: COUNT }, (_, i) => (points.data[2 * i] < 0.3 ? "A" : "B"));
    const constant = ndarray(new Float64Array(COUNT * COUNT), [COUNT, COUNT]);
    const methods = { JMDS: jmdsAligner({ startEpsilon: 0.5, epsilon: 1e-3 }), nothing: () => constant };
    const rows = compareAlignments(x, y, methods, { paired: true, labelsX: labels, labelsY: labels });
    expect(rows.map(({ method }) => method)).toEqual(["JMDS", "nothing"]);
    expect(rows[0].foscttm!.mean).toBeLessThan(0.02);
    expect(rows[0].labelTransfer!.xToY).toBeGreaterThan(0.8);
    expect(rows[1].foscttm!.mean).toBe(0.5);
    for (const { seconds } of rows) expect(seconds).toBeGreaterThanOrEqual(0);
    expect(compareAlignments(x, y, { nothing: () => constant }, { paired: false })[0]).not.toHaveProperty("foscttm");
  });
});

describe("gromovAligner", () => {
  it("projects by coordinates where there are some, and by distances to the same places", () => {
    const [a, b] = [{ space: x.space }, { space: x.space, coordinates: points }];
    const [byDistances, byCoordinates] = [gromovAligner(1e-3)(a, a), gromovAligner(1e-3)(b, b)];
    byDistances.data.forEach((distance, at) => expect(distance).toBeCloseTo(byCoordinates.data[at], 6));
  });
});

describe("pairScores", () => {
  const plane = planeTarget({ resolution: 3 });

  it("gives every pair its own, the one to choose by first", () => {
    const { couplingX, couplingY } = deterministicEmbedding([0, 4, 8], [0, 8, 4], plane);
    const between = plane.distances(plane.project(couplingX), plane.project(couplingY));
    const scores = pairScores(between, { labelsX: ["A", "B", undefined], labelsY: ["A", "B", "B"] });
    expect(Object.keys(scores)[0]).toBe("foscttm");
    // on the diagonal x lies at 0, 1, 2 and y at 0, 2, 1: from x_1 y_2 is nearer than y_1 and y_0 as near, from x_2 y_1 is nearer
    expect(Array.from(scores["foscttm"])).toEqual([0, (1.5 / 2 + 1 / 2) / 2, (1 / 2 + 1.5 / 2) / 2]);
    expect(Array.from(scores["labelTransferXToY"])).toEqual([1, 1, 1]); // of two voters the nearer one wins
    expect(Array.from(scores["labelTransferYToX"])).toEqual([0, 1, NaN]); // of three the majority, B
    expect(pairScores(between, {})).not.toHaveProperty("labelTransferXToY");
  });
});
