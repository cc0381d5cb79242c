import { OptionError } from "../../errors.ts";
import { requireOptions } from "../../geometry/checks.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";
import { checkCost, type CheckedCost, type GroundCost } from "../ground-cost.ts";
import { checkMasses, totalOf, totalsAgree } from "../histograms.ts";
import type { EmdResult, SparsePlan } from "./emd-result.ts";
import { emd } from "./emd.ts";
import { checkMaxPivots, type ExactOptions } from "./options.ts";

export interface PartialTransportOptions extends ExactOptions {
  /** How much is moved: at most the smaller total. One of this and `penalty` is given. */
  readonly mass?: number;
  /**
   * What a unit of mass that stays behind costs on either side, in cost units: then as much is moved as pays, which is transport with
   * total variation penalties `penalty (|a - P 1|_1 + |b - P^T 1|_1)`. Nothing is moved at more than 2 penalty a unit.
   */
  readonly penalty?: number;
}

export interface PartialTransportResult {
  /** <P, C>; with a penalty, plus what it charges. */
  readonly value: number;
  /** The plan's entries, at most n + m: its marginals are at most a and b. */
  readonly plan: SparsePlan;
  /** sum P */
  readonly mass: number;
  /**
   * Optimal dual potentials f [n] and g [m]: f_i + g_j + marginalCost <= C_ij, with equality where the plan has mass. Of a given
   * mass both are at most 0, and `<f, a> + <g, b> + marginalCost mass` is the value; with a penalty they are at most that, and
   * `<f, a> + <g, b>` is the value.
   */
  readonly f: Float64Array;
  readonly g: Float64Array;
  /** The derivative of the value in the given mass; zero with a penalty. */
  readonly marginalCost: number;
  readonly pivots: number;
  /** As of `emd`. */
  readonly status: "converged" | "max-iterations";
}

/**
 * Exact partial transport between a [n] and b [m], masses >= 0 of any totals, under a dense cost [n, m] of finite entries: min <P, C>
 * over plans P >= 0 with P 1 <= a, P^T 1 <= b that move a given mass (Caffarelli and McCann 2010, Figalli 2010), or as much as pays.
 * By a point more on each side, which takes what is not moved (Chapel, Alaya, Gasso 2020), and the network simplex of `emd`.
 * Throws InputError for bad masses, costs or options.
 */
export function partialTransport(
  a: Numbers,
  b: Numbers,
  cost: GroundCost,
  options: PartialTransportOptions,
): PartialTransportResult {
  requireOptions(options, "mass: 0.5");
  const maxPivots = checkMaxPivots(options);
  const ground = checkCost(cost);
  const [first, second] = [float64Of(a, "masses a"), float64Of(b, "masses b")];
  const totals = [checkMasses(first, ground.shape[0], "a"), checkMasses(second, ground.shape[1], "b")] as const;
  const { mass, penalty } = options;
  if ((mass === undefined) === (penalty === undefined)) {
    throw new OptionError("mass", `expected either mass or penalty, got ${mass === undefined ? "none" : "both"}`);
  }
  if (mass === undefined) {
    if (!(penalty! >= 0 && penalty! < Infinity)) {
      throw new OptionError("penalty", `expected a finite number >= 0, got ${penalty}`);
    }
    const left = { a: totals[1], b: totals[0], cost: penalty!, both: 0 };
    return { ...withoutDummies(solveWithDummies(first, second, ground, left, maxPivots)), marginalCost: 0 };
  }
  const most = Math.min(...totals);
  if (!(mass >= 0 && (mass <= most || totalsAgree(most, mass)))) {
    throw new OptionError("mass", `expected a number from 0 to the smaller total ${most}, got ${mass}`);
  }
  if (mass === 0) return nothing(ground);
  // What is left over meets itself at no gain: mass between the dummies would have to be moved twice besides.
  const both = 2 * ground.largest || 1;
  const left = { a: Math.max(0, totals[1] - mass), b: Math.max(0, totals[0] - mass), cost: 0, both };
  return withoutDummies(solveWithDummies(first, second, ground, left, maxPivots));
}

interface Dummies {
  /** The mass of the point that is added to a, which takes what stays of b; and the other way round. */
  readonly a: number;
  readonly b: number;
  /** Between a dummy and a point, and between both dummies. */
  readonly cost: number;
  readonly both: number;
}

function solveWithDummies(a: Float64Array, b: Float64Array, ground: CheckedCost, dummies: Dummies, maxPivots: number) {
  const [n, m] = ground.shape;
  const data = new Float64Array((n + 1) * (m + 1)).fill(dummies.cost);
  for (let row = 0; row < n; row++) data.set(ground.data.subarray(row * m, (row + 1) * m), row * (m + 1));
  data[data.length - 1] = dummies.both;
  const withOne = (masses: Float64Array, mass: number): Float64Array => {
    const all = new Float64Array(masses.length + 1).fill(mass);
    all.set(masses);
    return all;
  };
  return emd(withOne(a, dummies.a), withOne(b, dummies.b), { data, shape: [n + 1, m + 1] }, { maxPivots });
}

/** The dummies' potentials are constants of the other side's. */
function withoutDummies(solved: EmdResult): PartialTransportResult {
  const { plan, f, g, value, pivots, status } = solved;
  const [n, m] = [f.length - 1, g.length - 1];
  const kept = plan.masses.map((_, at) => at).filter((at) => plan.rows[at] < n && plan.columns[at] < m);
  const masses = plan.masses.filter((_, at) => plan.rows[at] < n && plan.columns[at] < m);
  return {
    value,
    plan: {
      rows: Int32Array.from(kept, (at) => plan.rows[at]),
      columns: Int32Array.from(kept, (at) => plan.columns[at]),
      masses,
    },
    mass: totalOf(masses),
    f: f.slice(0, n).map((potential) => potential + g[m]),
    g: g.slice(0, m).map((potential) => potential + f[n]),
    marginalCost: -(f[n] + g[m]),
    pivots,
    status,
  };
}

/** The cheapest entry tells what a first unit would cost. */
function nothing({ data, shape: [n, m] }: CheckedCost): PartialTransportResult {
  const marginalCost = data.reduce((least, entry) => Math.min(least, entry), Infinity);
  const plan = { rows: new Int32Array(0), columns: new Int32Array(0), masses: new Float64Array(0) };
  const [f, g] = [new Float64Array(n), new Float64Array(m)];
  return { value: 0, plan, mass: 0, f, g, marginalCost, pivots: 0, status: "converged" };
}
