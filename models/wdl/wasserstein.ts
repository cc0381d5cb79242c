import type { Geometry } from "../../src/geometry/geometry.ts";
import { rowOf } from "../../src/tensor/ndarray.ts";
import type { DataTerm } from "../../src/transport/barycenter/engine.ts";
import { weightedSum } from "../../src/transport/newton/host.ts";
import { newtonSolver, type NewtonOptions, type NewtonSolver } from "../../src/transport/newton/newton.ts";
import type { Loss } from "./losses.ts";

export interface WassersteinLossSettings extends NewtonOptions {
  readonly geometry: Geometry;
}

/**
 * `paper`: the centred potential f, which leaves out that the mass of p depends on the dictionary, so it is not the gradient of the value.
 * `normalized`: that gradient, (f - <f, p / sum p>) / sum p.
 */
type WassersteinGradient = "paper" | "normalized";

/** Data points that are solved before the event loop has a turn, some for each thread. */
const GROUP = 16;

/**
 * Entropic transport cost <P, C> + epsilon <P, log P - 1> between p / sum p and x (Schmitz et al. 2018, Table 1), by Newton's method in
 * float64 to a violation of the marginals of 1e-9: values are then right to about 1e-9 of the largest potential, gradients to 1e-6 of it.
 */
export function wassersteinLosses(settings: WassersteinLossSettings, form: WassersteinGradient) {
  const { geometry, epsilon } = settings;
  const pixels = geometry.shape[0];
  let made: NewtonSolver | undefined;
  const solver = (): NewtonSolver => (made ??= newtonSolver(geometry, settings));

  /** The value of a solution, and its gradient. */
  function read(
    histogram: Float64Array,
    mass: number,
    x: Float64Array,
    potentials: Potentials,
    gradient: Float64Array,
  ) {
    const { logU, logV } = potentials;
    const first = epsilon * weightedSum(histogram, logU);
    let mean = 0;
    for (let i = 0; i < pixels; i++) mean += histogram[i] > 0 ? (epsilon * logU[i]) / pixels : 0;
    const [centre, scale] = form === "normalized" ? [first, 1 / mass] : [mean, 1];
    for (let i = 0; i < pixels; i++) gradient[i] = histogram[i] > 0 ? (epsilon * logU[i] - centre) * scale : 0;
    // the first marginal is exact, so the plan has mass one
    return first + epsilon * weightedSum(x, logV) - epsilon;
  }

  const one: Loss = (p, x, gradient) => {
    const mass = massOf(p);
    const a = p.map((value) => value / mass);
    return read(a, mass, x, solver().solve({ count: 1, a, b: x }), gradient);
  };

  /** The losses of all rows of data [M, N], each from the potentials that its row had at the last evaluation. */
  function all(data: Float64Array): Required<Pick<DataTerm, "evaluateAll" | "memory" | "report">> {
    const memory: DataTerm["memory"] = { values: undefined };
    const { tolerance = 1e-9 } = settings;
    let report = {};

    function* evaluateAll(barycenters: Float64Array, gradient: Float64Array) {
      const count = data.length / pixels;
      const losses = new Float64Array(count).fill(Infinity);
      const reached = memory!.values?.slice() ?? new Float64Array(data.length);
      let [products, unconverged] = [0, 0];
      gradient.fill(0);
      for (let first = 0; first < count; first += GROUP) {
        const rows = Array.from({ length: Math.min(GROUP, count - first) }, (_, row) => first + row).filter((row) => {
          const mass = massOf(rowOf(barycenters, pixels, row));
          return mass > 0 && mass < Infinity;
        });
        const gathered = (values: Float64Array) => gatherRows(values, pixels, rows);
        const a = gathered(barycenters);
        const masses = rows.map((_, index) => normalize(rowOf(a, pixels, index)));
        const start = memory!.values && gathered(memory!.values);
        const found = solver().solve({ count: rows.length, a, b: gathered(data), start });
        rows.forEach((row, index) => {
          const at = (values: Float64Array) => rowOf(values, pixels, index);
          const potentials = { logU: at(found.logU), logV: at(found.logV) };
          const slopes = rowOf(gradient, pixels, row);
          losses[row] = read(at(a), masses[index], rowOf(data, pixels, row), potentials, slopes);
          // checkpoints hold finite numbers; a solver reads nothing where x has no mass
          rowOf(reached, pixels, row).set(potentials.logV.map((value) => (Number.isFinite(value) ? value : 0)));
          products += found.products[index] / count;
          if (!(found.errors[index] <= tolerance)) unconverged++;
        });
        yield;
      }
      memory!.values = reached;
      report = { lossProducts: Math.round(products), lossUnconverged: unconverged };
      return losses;
    }

    return { evaluateAll, memory, report: () => report };
  }

  return { one, all };
}

interface Potentials {
  readonly logU: Float64Array;
  readonly logV: Float64Array;
}

function massOf(row: Float64Array): number {
  return row.reduce((sum, value) => sum + value, 0);
}

/** Divides a row by its mass, which is returned. */
function normalize(row: Float64Array): number {
  const mass = massOf(row);
  for (let i = 0; i < row.length; i++) row[i] /= mass;
  return mass;
}

function gatherRows(values: Float64Array, columns: number, rows: readonly number[]): Float64Array {
  const out = new Float64Array(rows.length * columns);
  rows.forEach((row, index) => out.set(rowOf(values, columns, row), index * columns));
  return out;
}
