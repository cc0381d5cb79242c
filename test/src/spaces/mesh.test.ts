import { describe, expect, it } from "vitest";
import { farthestOfPoints, farthestOnGraph } from "../../../src/spaces/farthest-points.ts";
import { meshGraph, meshOf } from "../../../src/spaces/mesh.ts";
import { shortestPaths } from "../../../src/spaces/shortest-paths.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

/** A unit square of two triangles, and maybe another triangle far above. */
const square = (more: number[] = [], faces: number[] = []) =>
  meshOf(
    ndarray(Float32Array.of(0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, ...more), [4 + more.length / 3, 3]),
    ndarray(Uint16Array.of(0, 1, 2, 0, 2, 3, ...faces), [2 + faces.length / 3, 3]),
    "square.off",
  );

describe("a mesh", () => {
  it("has paths along its edges", async () => {
    const { graph, warnings } = meshGraph(square());
    expect(warnings).toEqual([]);
    const { data } = await shortestPaths(graph);
    expect(data).toBeAllclose([0, 1, Math.SQRT2, 1, 1, 0, 1, 2, Math.SQRT2, 1, 0, 1, 1, 2, 1, 0]);
  });

  it("of several parts is joined with a warning, or refused", async () => {
    const mesh = square([0, 0, 3, 1, 0, 3, 0, 1, 3], [4, 5, 6]);
    const { graph, warnings } = meshGraph(mesh, { name: "square.off" });
    expect(warnings).toEqual([
      "square.off: the mesh had 2 parts, now joined by their shortest edges; distances between parts are guesses",
    ]);
    expect((await shortestPaths(graph, { sources: [0] })).data[4]).toBe(3);
    expect(() => meshGraph(mesh, { name: "square.off", disconnected: "refuse" })).toThrow(
      "square.off: the mesh has 2 parts that nothing joins; expected one, or that they be joined",
    );
  });

  const vertices = ndarray(Float64Array.of(0, 0, 0, 1, 0, 0, 1, 1, 0), [3, 3]);
  const faces = ndarray(Int32Array.of(0, 1, 2), [1, 3]);
  it.each([
    ["a vertex that does not exist", vertices, [0, 1, 3], "m.ply: face 0: expected vertices from 0 to 2, got 3"],
    ["a negative one", vertices, [0, -1, 2], "m.ply: face 0: expected vertices from 0 to 2, got -1"],
    ["a vertex twice", vertices, [0, 1, 1], "m.ply: face 0: expected three different vertices, got 0, 1, 1"],
    ["no faces", vertices, [], "m.ply: no faces, expected a surface of triangles"],
  ])("refuses %s", (_, given, corners, message) => {
    expect(() => meshOf(given, { shape: [corners.length / 3, 3], data: Int32Array.from(corners) }, "m.ply")).toThrow(
      message,
    );
  });

  it("refuses coordinates that are not finite, and other shapes", () => {
    const broken = ndarray(Float64Array.of(0, 0, 0, 1, NaN, 0, 1, 1, 0), [3, 3]);
    expect(() => meshOf(broken, faces, "m.ply")).toThrow("m.ply: vertex 1: expected three finite coordinates, got NaN");
    expect(() => meshOf(ndarray(new Float64Array(6), [3, 2]), faces, "m.ply")).toThrow(
      "m.ply: vertices: expected an array [count, 3], got [3, 2]",
    );
    expect(() => meshOf(vertices, ndarray(new Int32Array(4), [1, 4]), "m.ply")).toThrow(
      "m.ply: faces: expected an array [count, 3], got [1, 4]",
    );
  });
});

describe("farthest points", () => {
  const line = ndarray(Float64Array.of(0, 1, 2, 3, 10), [5, 1]);

  it("are each the farthest from those before", () => {
    const { indices, distances } = farthestOfPoints(line, 3);
    expect([...indices]).toEqual([0, 4, 3]);
    expect([...distances.data]).toEqual([0, 10, 3, 10, 0, 7, 3, 7, 0]);
    expect([...farthestOfPoints(line, 2, "euclidean", 2).indices]).toEqual([2, 4]);
  });

  it("go along the paths of a graph", () => {
    const { indices, distances } = farthestOnGraph(meshGraph(square()).graph, 2, 1);
    expect([...indices]).toEqual([1, 3]);
    expect([...distances.data]).toEqual([0, 2, 2, 0]);
  });

  it.each([0, 6, 1.5])("refuse %d of 5", (count) => {
    expect(() => farthestOfPoints(line, count)).toThrow(
      `fps: expected a whole number of points from 1 to 5, got ${count}`,
    );
  });
});
