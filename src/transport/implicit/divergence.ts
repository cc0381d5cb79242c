import { requireGeometry } from "../../geometry/checks.ts";
import { pointCloud } from "../../geometry/pointcloud.ts";
import { isGrid, type Geometry } from "../../geometry/geometry.ts";
import type { Numbers } from "../../tensor/ndarray.ts";
import type { DivergenceGeometries } from "../divergence-host.ts";
import { hostMarginals, type HostMarginals } from "../histograms.ts";
import { previousSolution } from "../initializers/previous.ts";
import type { SinkhornHostResult } from "../sinkhorn/exact-iterate.ts";
import type { LinearOptions } from "./conjugate-gradients.ts";
import { valueOf, type ImplicitOptions } from "./entropic.ts";
import { potentialChange } from "./linear-system.ts";
import { geometrySlopes, geometrySlopesChange, type GeometrySlopes } from "./slopes.ts";
import { requireConverged, solvePair, solveSelf, type SolvedBySinkhorn } from "./solved.ts";
import {
  balanced,
  combine,
  fullDirection,
  type Direction,
  type FullDirection,
  type VariableSlopes,
} from "./variables.ts";

/** The geometries of the three problems of a divergence. */
export interface ThreeGeometries {
  readonly xy: Geometry;
  readonly xx: Geometry;
  readonly yy: Geometry;
}

/** The three from one: of a cloud those within x and within y are made, one symmetric geometry stands for all three. */
export function threeGeometries(given: DivergenceGeometries): ThreeGeometries {
  if ("xy" in given) return given;
  requireGeometry(given, "Sinkhorn divergence");
  const { coordinates } = given;
  if (!coordinates || isGrid(given) || coordinates.x.data === coordinates.y.data) {
    return { xy: given, xx: given, yy: given };
  }
  const { x, y, cost } = coordinates;
  return { xy: given, xx: pointCloud(x, x, { cost }), yy: pointCloud(y, y, { cost }) };
}

/** The three problems, solved. */
interface SolvedThree {
  readonly ab: SolvedBySinkhorn;
  readonly aa: SolvedBySinkhorn;
  readonly bb: SolvedBySinkhorn;
}

export interface DivergenceGradient extends VariableSlopes {
  /** Cost units; zero for equal measures. */
  readonly value: number;
  readonly solutions: {
    readonly ab: SinkhornHostResult;
    readonly aa: SinkhornHostResult;
    readonly bb: SinkhornHostResult;
  };
}

/**
 * The Sinkhorn divergence `OT(a, b) - (OT(a, a) + OT(b, b)) / 2` of a [n] and b [m] in float64 with its gradient in masses, points and
 * epsilon (Feydy et al. 2019), see `entropicGradient`. `geometries` are the three, or one: of a cloud of points x and y those within x and
 * within y follow, and x moves in both its problems. In entries of cost matrices there is no gradient: take those of the three terms.
 * Throws InputError for bad masses or options.
 */
export function divergenceGradient(
  a: Numbers,
  b: Numbers,
  geometries: DivergenceGeometries,
  options: ImplicitOptions,
): DivergenceGradient {
  const three = threeGeometries(geometries);
  const solved = solveThree(hostMarginals(a, b, three.xy.shape), three, options);
  const { ab, aa, bb } = solved;
  return {
    ...divergenceGradientOf(solved),
    value: valueOf(ab) - (valueOf(aa) + valueOf(bb)) / 2,
    solutions: { ab: ab.solution, aa: aa.solution, bb: bb.solution },
  };
}

/** The Hessian of the divergence times a direction of masses, points and epsilon, see `entropicHessianProduct`. */
export function divergenceHessianProduct(
  a: Numbers,
  b: Numbers,
  geometries: DivergenceGeometries,
  direction: Direction,
  options: ImplicitOptions,
): VariableSlopes {
  const three = threeGeometries(geometries);
  const solved = solveThree(hostMarginals(a, b, three.xy.shape), three, options);
  for (const problem of Object.values(solved) as SolvedBySinkhorn[])
    requireConverged(problem, "divergenceHessianProduct");
  return divergenceHessianProductOf(solved, fullDirection(direction, three.xy), options);
}

function solveThree({ a, b }: HostMarginals, { xy, xx, yy }: ThreeGeometries, options: ImplicitOptions): SolvedThree {
  const [aa, bb] = [solveSelf(a, xx, options), solveSelf(b, yy, options)];
  // As a start it is the solution where the measures are the same, and near it where they are alike: also between groups of points that
  // are so far apart that Sinkhorn hardly sees the constant between them.
  const initializer = options.initializer ?? previousSolution(bb.solution.g);
  return { ab: solvePair({ a, b }, xy, { ...options, initializer }), aa, bb };
}

function divergenceGradientOf({ ab, aa, bb }: SolvedThree): VariableSlopes {
  return {
    ...balanced(combine(ab.f, aa.f, -1), combine(ab.g, bb.f, -1)),
    ...debiased(geometrySlopes(ab), geometrySlopes(aa), geometrySlopes(bb)),
  };
}

function divergenceHessianProductOf(
  { ab, aa, bb }: SolvedThree,
  direction: FullDirection,
  options: LinearOptions,
): VariableSlopes {
  const [ofA, ofB] = [within(direction, "a", "x"), within(direction, "b", "y")];
  const cross = potentialChange(ab, direction, options);
  const [selfA, selfB] = [potentialChange(aa, ofA, options, true), potentialChange(bb, ofB, options, true)];
  return {
    ...balanced(combine(cross.f, selfA.f, -1), combine(cross.g, selfB.f, -1)),
    ...debiased(
      geometrySlopesChange(ab, direction, cross),
      geometrySlopesChange(aa, ofA, selfA),
      geometrySlopesChange(bb, ofB, selfB),
    ),
  };
}

/** The direction of a self problem, both of whose sides are one. */
function within({ geometry, epsilon, ...masses }: FullDirection, side: "a" | "b", points: "x" | "y"): FullDirection {
  const moved = geometry && "x" in geometry ? geometry[points] : undefined;
  return { a: masses[side], b: masses[side], geometry: moved && { x: moved, y: moved }, epsilon };
}

/** The slopes of both sides of a self problem are equal, so that half of their sum is that of one. */
function debiased(
  ab: GeometrySlopes,
  aa: GeometrySlopes,
  bb: GeometrySlopes,
): Pick<VariableSlopes, "points" | "epsilon"> {
  return {
    points: ab.points &&
      aa.points &&
      bb.points && { x: combine(ab.points.x, aa.points.x, -1), y: combine(ab.points.y, bb.points.x, -1) },
    epsilon: ab.epsilon - (aa.epsilon + bb.epsilon) / 2,
  };
}
