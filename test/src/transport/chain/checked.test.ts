import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { chainSinkhorn } from "../../../../src/transport/chain/chain.ts";
import type { ChainNode, ChainOptions } from "../../../../src/transport/chain/problem.ts";
import { randomLinks } from "../../../support/chain.ts";
import { randomHistogram } from "../../../support/problems.ts";

const masses = randomHistogram(4, 1);
const free: ChainNode = { kind: "free" };
const ends = (first: ChainNode, last: ChainNode = { kind: "given", masses: randomHistogram(5, 2) }) => [
  first,
  free,
  last,
];
const links = randomLinks([4, 3, 5], 3);
const zeros = [4, 3, 5].map((points) => new Float64Array(points));

describe("chainSinkhorn refuses", () => {
  const refused = (
    nodes: readonly ChainNode[],
    message: string,
    options: Partial<ChainOptions> = {},
    given = links,
  ) => {
    let error: unknown;
    try {
      chainSinkhorn({ links: given, nodes }, { epsilon: 0.1, ...options });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain("\n");
  };
  const good = ends({ kind: "given", masses });
  const relaxed = (rho: number): ChainNode => ({ kind: "relaxed", masses, rho });

  it.each<[what: string, nodes: readonly ChainNode[], message: string, options?: Partial<ChainOptions>]>([
    ["too few nodes", good.slice(1), "expected 3 nodes for 2 links, got 2"],
    ["free nodes only", [free, free, free], "every node is free"],
    [
      "an unknown kind",
      ends({ kind: "fixed" } as unknown as ChainNode),
      "node 0 to be given, free or relaxed, got fixed",
    ],
    ["masses of another length", ends({ kind: "given", masses: new Float64Array(3) }), "masses of node 0: expected 4"],
    ["a mass that is NaN", ends({ kind: "given", masses: [0.5, NaN, 0.5, 0] }), "got NaN at index 1"],
    ["a negative mass", ends({ kind: "relaxed", masses: [1, -1, 1, 1], rho: 1 }), "got -1 at index 1"],
    ["no mass", ends({ kind: "given", masses: [0, 0, 0, 0] }), "all 4 are zero"],
    ["given totals that differ", ends({ kind: "given", masses: [1, 1, 1, 1] }), "node 0 sums to 4, node 2 to 1"],
    ["rho = 0", ends(relaxed(0)), "rho of node 0 as a positive finite number (in cost units), got 0"],
    ["rho = NaN", ends(relaxed(NaN)), "got NaN"],
    ["rho = Infinity", ends(relaxed(Infinity)), "got Infinity"],
    ["epsilon = 0", good, "epsilon: expected a positive finite number", { epsilon: 0 }],
    ["a tolerance below 0", good, "tolerance: expected", { tolerance: -1 }],
    ["no iterations", good, "maxIterations: expected", { maxIterations: 0 }],
    ["a start of two nodes", good, "start: expected 3 potentials (one a node), got 2", { start: zeros.slice(1) }],
    ["a start of other lengths", good, "start: expected 4 numbers at node 0, got 5", { start: zeros.toReversed() }],
    [
      "a start that is not finite",
      good,
      "start: expected finite potentials where there is mass, got NaN at node 0, index 2",
      { start: [Float64Array.of(0, 0, NaN, 0), ...zeros.slice(1)] },
    ],
  ])("%s", (_, nodes, message, options) => refused(nodes, message, options));

  it("links that do not meet, and none", () => {
    const apart = [links[0], ...randomLinks([4, 5], 1)];
    refused(good, "link 0 [4, 3] and link 1 [4, 5] do not meet", {}, apart);
    refused([free], "at least one link", {}, []);
  });
});
