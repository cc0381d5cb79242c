import { describe, expect, it } from "vitest";
import { embedEvaluation } from "../../../eval/embed/evaluation.ts";
import { equalOptima, equalOptimaNote, type StartOutcome } from "../../../eval/embed/starts.ts";
import { planeTarget } from "../../../src/spaces/targets/plane.ts";
import { deterministicEmbedding, deterministicResult } from "../../support/joint-embeddings.ts";

const SIDE = 4;
const plane = planeTarget({ resolution: SIDE });
const places = [0, 5, 10, 15, 1, 2, 4, 8, 13, 7];
const mirrored = places.map((place) => SIDE * Math.floor(place / SIDE) + (SIDE - 1 - (place % SIDE)));

function outcome(objective: number, toX: number[], toY: number[], chosen = false): StartOutcome {
  return { objective, residual: 0, chosen, embedding: deterministicEmbedding(toX, toY, plane) };
}

const best = outcome(1, places, places, true);

describe("equalOptima", () => {
  it("finds a start that is the mirror image of the chosen one, with the same matches", () => {
    const found = equalOptima([outcome(1.0005, mirrored, mirrored), best], plane);
    expect(found).toEqual([{ start: 1, moved: expect.any(Number) as number, disagreement: 0 }]);
    expect(found[0].moved).toBeCloseTo(places.filter((place, i) => place !== mirrored[i]).length / places.length, 12);
    expect(equalOptimaNote(found)).toMatch(/Start 1: the same matches, moved or mirrored/);
  });

  it("finds one that matches differently", () => {
    const found = equalOptima([best, outcome(0.9995, places, mirrored)], plane);
    expect(found[0].start).toBe(2);
    expect(found[0].disagreement).toBeGreaterThan(0.1);
    expect(equalOptimaNote(found)).toMatch(/Start 2: X and Y are matched differently/);
  });

  it("passes over worse starts, equal plans and plans that were not kept", () => {
    const others = [
      outcome(1.01, mirrored, mirrored),
      outcome(1, places, places),
      { ...best, chosen: false, embedding: undefined },
    ];
    expect(equalOptima([best, ...others], plane)).toEqual([]);
    expect(equalOptima([], plane)).toEqual([]);
    expect(equalOptimaNote([])).toBeUndefined();
  });

  it("stands in the summary and in the report", () => {
    const result = { ...deterministicResult(plane, places, places), starts: [best, outcome(1, places, mirrored)] };
    const run = { name: "run", config: { options: {} }, state: {}, history: [] };
    const { summary, report } = embedEvaluation(run, result);
    expect(summary).toMatchObject({
      starts: [
        { objective: 1, chosen: true },
        { objective: 1, chosen: false },
      ],
      notes: [expect.stringMatching(/matched differently/)],
    });
    const titles = report({}).sections.map(({ title }) => title);
    expect(titles).toEqual(["Take care", "Alignment", "Starts", "Summary", "Configuration"]);
  });
});
