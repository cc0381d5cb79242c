import { describe, expect, it } from "vitest";
import { dijkstra } from "../../../src/spaces/shortest-paths.ts";
import { lineLength, surfaceGraph, type ParametricSurface } from "../../../src/spaces/surface-graph.ts";

const plane = {
  rows: 41,
  columns: 81,
  steps: [0.05, 0.05],
  speed: (_a: number, _b: number, da: number, db: number) => Math.hypot(da, db),
} as const satisfies ParametricSurface;

describe("the graph of a parametrised surface", () => {
  it("has paths in a plane that are at most 0.4% longer than straight lines, never shorter", () => {
    const { graph, points } = surfaceGraph(plane);
    expect(points).toEqual(Int32Array.from({ length: 41 * 81 }, (_, point) => point));
    const distances = dijkstra(graph)(0);
    let worst = 1;
    distances.forEach((distance, point) => {
      const straight = Math.hypot(Math.floor(point / 81), point % 81) * 0.05;
      expect(distance).toBeGreaterThanOrEqual(straight - 1e-12);
      if (straight > 0) worst = Math.max(worst, distance / straight);
    });
    expect(worst).toBeLessThan(1.004);
    expect(worst).toBeGreaterThan(1.001); // what the doc comment says is what is there
  });

  it("goes round a hole: two tangents and an arc", () => {
    const [row, radius, half] = [1, 0.52, 1.5]; // a disk about the middle, points at (row, -half) and (row, half) from it
    const hole = { ...plane, inside: (a: number, b: number) => Math.hypot(a - row, b - 2) >= radius };
    const { graph, points } = surfaceGraph(hole);
    const nodeAt = (b: number): number => points.indexOf(20 * 81 + Math.round(b / 0.05));
    const found = dijkstra(graph)(nodeAt(2 - half))[nodeAt(2 + half)];
    const exact = 2 * Math.sqrt(half ** 2 - radius ** 2) + radius * (Math.PI - 2 * Math.acos(radius / half));
    expect(found / exact).toBeGreaterThan(0.995); // lines of the grid may cut a corner of the hole
    expect(found / exact).toBeLessThan(1.015);
    expect(points.length).toBeLessThan(41 * 81 - 300);
  });

  it("closes where the surface does: a cylinder of circumference 2", () => {
    const cylinder = surfaceGraph({ ...plane, rows: 40, closed: [true, false] });
    const distances = dijkstra(cylinder.graph)(0);
    expect(distances[39 * 81]).toBeCloseTo(0.05, 12);
    expect(distances[20 * 81]).toBeCloseTo(1, 12);
  });

  it("measures lines by their speed: meridians and parallels of a sphere", () => {
    const sphere = {
      speed: (polar: number, _: number, dPolar: number, dAzimuth: number) =>
        Math.hypot(dPolar, Math.sin(polar) * dAzimuth),
    };
    expect(lineLength(sphere, 0.3, 0, 0.5, 0)).toBeCloseTo(0.5, 14);
    expect(lineLength(sphere, 0.3, 0, 0, 0.5)).toBeCloseTo(0.5 * Math.sin(0.3), 14);
    expect(lineLength({ ...sphere, inside: (polar) => polar < 0.5 }, 0.3, 0, 0.5, 0)).toBeUndefined();
  });
});
