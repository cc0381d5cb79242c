import { rowsOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { rounded } from "../format.ts";
import { heatMap } from "../pictures/heat-map.ts";
import { asGiven, byClass } from "../pictures/orders.ts";
import type { Picture } from "../pictures/picture.ts";
import { projectWeights } from "../pictures/simplex-chart.ts";
import { scatter } from "../pictures/scatter.ts";
import type { WdlFindings } from "./findings.ts";

/** Columns of a heat map: of more a page becomes slow. */
const MOST_COLUMNS = 2000;

/** Data points whose weights are drawn, the first ones. */
export function weightsShown({ setup: { points } }: WdlFindings): number {
  return Math.min(points, MOST_COLUMNS);
}

/** Barycentric weights, a column a data point, those of a class beside each other. */
export function weightsPicture(findings: WdlFindings): Promise<Picture> {
  const { factors, options, classes } = findings;
  const shown = asGiven(weightsShown(findings));
  const order = classes ? byClass(classes.labels, shown) : shown;
  const rows = rowsOf(factors.weights, options.atoms);
  const data = Float64Array.from({ length: options.atoms * order.length }, (_, index) => {
    return rows[order[index % order.length]][Math.floor(index / order.length)];
  });
  return heatMap(
    { shape: [options.atoms, order.length], data },
    { xTitle: classes ? "data point, by class" : "data point", yTitle: "atom", valueTitle: "weight" },
  );
}

/** The data points in the polygon of the atoms, coloured by class. */
export async function classPicture({ factors, options, classes, names }: WdlFindings): Promise<Picture> {
  const { labels } = classes!;
  const weights: NdArray = { shape: [labels.length, options.atoms], data: factors.weights };
  const places = projectWeights(weights).map(({ x, y }): [number, number] => [x, y]);
  const points = { shape: [places.length, 2], data: Float64Array.from(places.flat()) };
  const layouts = [{ title: "Weights", points: places.map(([x, y]): [number, number] => [rounded(x), rounded(y)]) }];
  const view = { kind: "points", what: "data point", names, labels, layouts } as const;
  return { ...(await scatter(points, { labels })), view };
}
