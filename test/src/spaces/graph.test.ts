import { describe, expect, it } from "vitest";
import { componentsOf, graphOfEdges } from "../../../src/spaces/graph.ts";
import { shortestPaths } from "../../../src/spaces/shortest-paths.ts";
import { Random } from "../../../src/tensor/random.ts";

describe("a graph", () => {
  it("has each edge in both directions and of several the shortest, none from a node to itself", () => {
    const graph = graphOfEdges(4, { from: [0, 1, 0, 2, 0], to: [1, 0, 1, 2, 2], lengths: [3, 2, 5, 1, 7] });
    expect([...graph.starts]).toEqual([0, 2, 3, 4, 4]);
    expect([...graph.neighbors]).toEqual([1, 2, 0, 0]);
    expect([...graph.lengths]).toEqual([2, 7, 2, 7]);
  });

  it("has parts, numbered by their first nodes", () => {
    const parts = componentsOf(graphOfEdges(5, { from: [0, 1], to: [3, 4], lengths: [1, 1] }));
    expect([...parts.of]).toEqual([0, 1, 2, 0, 1]);
    expect(parts.count).toBe(3);
  });

  it.each([NaN, -1, Infinity])("refuses length %d", (length) => {
    expect(() => graphOfEdges(2, { from: [0], to: [1], lengths: [length] })).toThrow(
      `graph: edge 0-1: expected a length of 0 or more, got ${length}`,
    );
  });
});

describe("shortest paths", () => {
  it("are those of Floyd and Warshall on random graphs, also with lengths of zero and several parts", async () => {
    const random = Random.fromSeed(5);
    for (let trial = 0; trial < 20; trial++) {
      const n = 2 + random.integer(40);
      const count = random.integer(3 * n);
      const from = Array.from({ length: count }, () => random.integer(n));
      const to = Array.from({ length: count }, () => random.integer(n));
      const lengths = Array.from({ length: count }, () => Math.max(0, random.uniform() - 0.1));
      const expected = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => (i === j ? 0 : Infinity)),
      );
      from.forEach((node, edge) => {
        const length = Math.min(expected[node][to[edge]], lengths[edge]);
        expected[node][to[edge]] = expected[to[edge]][node] = length;
      });
      for (let k = 0; k < n; k++) {
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) expected[i][j] = Math.min(expected[i][j], expected[i][k] + expected[k][j]);
        }
      }
      const found = await shortestPaths(graphOfEdges(n, { from, to, lengths }));
      expect(found.shape).toEqual([n, n]);
      expect(found.data).toBeAllclose(expected.flat(), { relative: 1e-14, absolute: 0 });
    }
  });

  it("start at given nodes and may be kept in float32", async () => {
    const path = graphOfEdges(3, { from: [0, 1], to: [1, 2], lengths: [0.1, 0.2] });
    const found = await shortestPaths(path, { sources: [2, 0], precision: "float32" });
    expect(found).toEqual({ shape: [2, 3], data: Float32Array.of(0.1 + 0.2, 0.2, 0, 0, 0.1, 0.1 + 0.2) });
  });

  it("stop at a signal", async () => {
    const line = graphOfEdges(2, { from: [0], to: [1], lengths: [1] });
    const stop = new AbortController();
    stop.abort(new Error("stopped"));
    await expect(shortestPaths(line, { signal: stop.signal })).rejects.toThrow("stopped");
  });
});
