import type { Point } from "../../pictures/simplex-chart.ts";

export type Weights = readonly number[];

/** The weights with one of them set, the others in their proportions, their sum one; where the others are all 0, in equal parts. */
export function withWeight(weights: Weights, atom: number, value: number): number[] {
  const rest = 1 - weights[atom];
  const others = weights.length - 1;
  return weights.map((weight, s) => {
    if (s === atom) return others === 0 ? 1 : value;
    return Math.abs(rest) < 1e-9 ? (1 - value) / others : (weight * (1 - value)) / rest;
  });
}

export function equalWeights(atoms: number): number[] {
  return new Array<number>(atoms).fill(1 / atoms);
}

export function oneHot(atoms: number, atom: number): number[] {
  return Array.from({ length: atoms }, (_, s) => (s === atom ? 1 : 0));
}

/** The atoms with the largest weights, in their order. */
export function largest(weights: Weights, count: number): number[] {
  const order = weights.map((_, atom) => atom).sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b);
  return order.slice(0, count).sort((a, b) => a - b);
}

/** Where weights over the corners of a polygon stand in it. */
export function placeOf(weights: Weights, corners: readonly Point[]): Point {
  const coordinate = (axis: keyof Point) => corners.reduce((sum, corner, s) => sum + weights[s] * corner[axis], 0);
  return { x: coordinate("x"), y: coordinate("y") };
}

/**
 * Weights of a point over the corners of a convex polygon: not negative, of sum one, and `placeOf` them is the point; the nearest one
 * of the polygon if it lies outside. Mean value coordinates (Floater 2003): over a triangle the barycentric ones. Two corners are the
 * ends of a line.
 */
export function weightsAt(point: Point, corners: readonly Point[]): number[] {
  const inside = nearestWithin(point, corners);
  const onEdge = edgesOf(corners).find(([from, to]) => distanceToLine(inside, corners[from], corners[to]) < 1e-6);
  if (onEdge || corners.length === 2) {
    const [from, to] = onEdge ?? [0, 1];
    const t = positionOn(inside, corners[from], corners[to]);
    return corners.map((_, s) => (s === from ? 1 - t : s === to ? t : 0));
  }
  const tangents = corners.map((corner, s) => halfTangent(inside, corner, corners[(s + 1) % corners.length]));
  const raw = corners.map((corner, s) => {
    const before = tangents[(s + corners.length - 1) % corners.length];
    return (before + tangents[s]) / Math.hypot(corner.x - inside.x, corner.y - inside.y);
  });
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

function edgesOf(corners: readonly Point[]): [from: number, to: number][] {
  return corners.length === 2 ? [[0, 1]] : corners.map((_, s) => [s, (s + 1) % corners.length]);
}

/** tan of half the angle under which an edge is seen. */
function halfTangent(point: Point, from: Point, to: Point): number {
  const [ax, ay, bx, by] = [from.x - point.x, from.y - point.y, to.x - point.x, to.y - point.y];
  return Math.tan(Math.abs(Math.atan2(ax * by - ay * bx, ax * bx + ay * by)) / 2);
}

/** The point itself, or the nearest one of the polygon's border; corners go clockwise. */
function nearestWithin(point: Point, corners: readonly Point[]): Point {
  const edges = edgesOf(corners);
  const isInside = edges.every(([from, to]) => {
    const [a, b] = [corners[from], corners[to]];
    return (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) <= 0;
  });
  if (isInside && corners.length > 2) return point;
  const nearest = edges.map(([from, to]) => {
    const t = Math.min(Math.max(positionOn(point, corners[from], corners[to]), 0), 1);
    return placeOf([1 - t, t], [corners[from], corners[to]]);
  });
  const distance = ({ x, y }: Point) => Math.hypot(x - point.x, y - point.y);
  return nearest.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

/** 0 at `from`, 1 at `to`. */
function positionOn(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  return ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy);
}

function distanceToLine(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  return Math.abs(dx * (point.y - from.y) - dy * (point.x - from.x)) / Math.hypot(dx, dy);
}
