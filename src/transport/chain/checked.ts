import { InputError, OptionError } from "../../errors.ts";
import { checkRange } from "../../geometry/checks.ts";
import { largestCost, type Geometry } from "../../geometry/geometry.ts";
import { float64Of } from "../../tensor/ndarray.ts";
import { checkMasses, totalsAgree } from "../histograms.ts";
import { checkCount, checkTolerance } from "../sinkhorn/options.ts";
import type { ChainNode, ChainOptions, ChainProblem } from "./problem.ts";

/** A node whose marginal is given or relaxed. */
export interface Constraint {
  readonly masses: Float64Array;
  readonly logMasses: Float64Array;
  /** rho / (rho + epsilon): the share of its way that an update goes; 1 for a given marginal. */
  readonly share: number;
  /** In cost units; Infinity for a given marginal. */
  readonly rho: number;
}

/** A problem and its options that fit. */
export interface CheckedChain {
  readonly links: readonly Geometry[];
  /** Points, one a node. */
  readonly sizes: readonly number[];
  /** One a node; undefined where it is free. */
  readonly constraints: readonly (Constraint | undefined)[];
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly start: readonly Float64Array[] | undefined;
}

/** Throws InputError (OptionError for an option) where something does not fit. */
export function checkChain({ links, nodes }: ChainProblem, options: ChainOptions): CheckedChain {
  const { epsilon, tolerance = 1e-9, maxIterations = 10_000, start } = options;
  if (links.length === 0) throw new InputError("chain: expected at least one link between two nodes, got none");
  if (nodes.length !== links.length + 1) {
    throw new InputError(`chain: expected ${links.length + 1} nodes for ${links.length} links, got ${nodes.length}`);
  }
  links.forEach((geometry, link) => {
    checkRange(epsilon, largestCost(geometry), "float64");
    const { shape } = geometry;
    const next = links[link + 1]?.shape;
    if (next && next[0] !== shape[1]) {
      throw new InputError(
        `chain: link ${link} [${shape.join(", ")}] and link ${link + 1} [${next.join(", ")}] do not meet; expected equal points`,
      );
    }
  });
  checkCount(maxIterations, "maxIterations");
  checkTolerance(tolerance, "tolerance");
  const sizes = [links[0].shape[0], ...links.map(({ shape }) => shape[1])];
  const constraints = nodes.map((node, index) => checkNode(node, sizes[index], index, epsilon));
  checkTotals(nodes, constraints);
  return {
    links,
    sizes,
    constraints,
    epsilon,
    tolerance,
    maxIterations,
    start: start && checkStart(start, sizes, constraints),
  };
}

function checkNode(node: ChainNode, points: number, index: number, epsilon: number): Constraint | undefined {
  switch (node.kind) {
    case "free":
      return undefined;
    case "given":
    case "relaxed": {
      const masses = float64Of(node.masses, `masses of node ${index}`);
      checkMasses(masses, points, `of node ${index}`);
      const rho = node.kind === "given" ? Infinity : node.rho;
      if (node.kind === "relaxed" && !(rho > 0 && rho < Infinity)) {
        throw new InputError(
          `chain: expected rho of node ${index} as a positive finite number (in cost units), got ${String(rho)}`,
        );
      }
      return { masses, logMasses: masses.map(Math.log), rho, share: rho === Infinity ? 1 : rho / (rho + epsilon) };
    }
    default:
      node satisfies never;
      throw new InputError(
        `chain: expected node ${index} to be given, free or relaxed, got ${String((node as ChainNode).kind)}`,
      );
  }
}

function checkTotals(nodes: readonly ChainNode[], constraints: readonly (Constraint | undefined)[]): void {
  if (constraints.every((constraint) => !constraint)) {
    throw new InputError("chain: every node is free; expected masses, given or relaxed, at one node or more");
  }
  const totals = constraints.map((constraint) => constraint?.masses.reduce((sum, mass) => sum + mass, 0) ?? 0);
  const given = totals.map((_, node) => node).filter((node) => nodes[node].kind === "given");
  for (const node of given) {
    if (!totalsAgree(totals[given[0]], totals[node])) {
      throw new InputError(
        `chain: node ${given[0]} sums to ${totals[given[0]]}, node ${node} to ${totals[node]}; given masses need equal totals, so normalise or relax them`,
      );
    }
  }
}

function checkStart(
  start: readonly Float64Array[],
  sizes: readonly number[],
  constraints: readonly (Constraint | undefined)[],
): readonly Float64Array[] {
  if (start.length !== sizes.length) {
    throw new OptionError("start", `expected ${sizes.length} potentials (one a node), got ${start.length}`);
  }
  return start.map((given, node) => {
    const potential = float64Of(given, `start of node ${node}`);
    if (potential.length !== sizes[node]) {
      throw new OptionError("start", `expected ${sizes[node]} numbers at node ${node}, got ${potential.length}`);
    }
    const masses = constraints[node]?.masses;
    const bad = masses ? potential.findIndex((value, index) => masses[index] > 0 && !Number.isFinite(value)) : -1;
    if (bad >= 0) {
      throw new OptionError(
        "start",
        `expected finite potentials where there is mass, got ${potential[bad]} at node ${node}, index ${bad}`,
      );
    }
    return potential;
  });
}
