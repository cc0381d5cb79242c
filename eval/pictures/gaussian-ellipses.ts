import { InputError } from "../../src/errors.ts";
import type { NdArray, Numbers } from "../../src/tensor/ndarray.ts";
import { drawChart } from "./drawing.ts";
import { CATEGORICAL } from "./palette.ts";
import type { Drawing } from "./picture.ts";
import { legendLayers, positions, type Layer } from "./point-layers.ts";
import { windowAround, type Window } from "./window.ts";
import { checkPoints } from "./point-sets.ts";

/** Weighted Gaussians of the plane. */
export interface GaussianSet {
  readonly name: string;
  /** [k, 5]: two of the mean, then variance, covariance and variance (s11, s12, s22). */
  readonly gaussians: NdArray;
  /** [k], >= 0, shown as opacity. @default all the same */
  readonly weights?: Numbers | undefined;
}

/** Mixtures in one plane: two before they are aligned need a panel each. */
export interface EllipsePanel {
  readonly title: string;
  readonly sets: readonly GaussianSet[];
}

const SIDE = 330;
const STEPS = 48;
/** Fainter ones are left out: they are many where an entropy spreads mass over a grid. */
const LEAST_SHARE = 0.02;
const OPACITIES = { fill: 0.25, line: 0.9 } as const;

/**
 * Gaussians as ellipses of one standard deviation, fainter where they weigh less; a set has the same colour in every panel.
 * Each panel has a window of its own, lengths the same along both axes.
 *
 * @throws InputError for other shapes, weights that do not fit, or covariances that are not positive semi-definite
 */
export async function gaussianEllipses(panels: readonly EllipsePanel[]): Promise<Drawing> {
  const names = [...new Set(panels.flatMap(({ sets }) => sets.map(({ name }) => name)))];
  const colorOf = (name: string) => CATEGORICAL[names.indexOf(name) % CATEGORICAL.length];
  const legend = names.map((text) => ({ text, color: colorOf(text), shape: "circle", fill: 0.5 }));
  return drawChart({
    spacing: 16,
    hconcat: panels.map(({ title, sets }, panel) => {
      const ellipses = sets.map(ellipsesOf);
      const window = windowAround(ellipses.flat().flatMap(({ outline }) => outline));
      const layers = sets.map(({ name }, set) => ellipseLayer(ellipses[set], colorOf(name), window));
      const isLast = panel === panels.length - 1;
      const layer = [...layers, ...(isLast && names.length > 1 ? legendLayers(legend, SIDE) : [])];
      return { title, width: SIDE, height: SIDE, layer };
    }),
  });
}

interface Ellipse {
  readonly outline: readonly (readonly [x: number, y: number])[];
  /** Weight as a share of the largest in the set. */
  readonly share: number;
}

function ellipsesOf({ name, gaussians, weights }: GaussianSet): Ellipse[] {
  checkPoints(name, gaussians, 5);
  const { data } = gaussians;
  const [count] = gaussians.shape;
  if (weights && weights.length !== count) {
    throw new InputError(`picture of ${name}: expected ${count} weights, got ${weights.length}`);
  }
  const largest = weights ? Array.from(weights).reduce((most, weight) => Math.max(most, weight), 0) : 1;
  return Array.from({ length: count }, (_, index) => {
    const [x, y, s11, s12, s22] = data.subarray(5 * index, 5 * index + 5);
    // the Cholesky factor maps the circle to the ellipse
    const [first, rest] = [Math.sqrt(s11), s11 > 0 ? s22 - s12 ** 2 / s11 : s22];
    if (!(s11 >= 0 && rest >= -1e-12 * s22 && (s11 > 0 || s12 === 0))) {
      throw new InputError(`picture of ${name}: expected covariances, got [[${s11}, ${s12}], [${s12}, ${s22}]]`);
    }
    const [across, second] = [s11 > 0 ? s12 / first : 0, Math.sqrt(Math.max(0, rest))];
    const outline = Array.from({ length: STEPS + 1 }, (_, step) => {
      const [cos, sin] = [Math.cos((2 * Math.PI * step) / STEPS), Math.sin((2 * Math.PI * step) / STEPS)];
      return [x + first * cos, y + across * cos + second * sin] as const;
    });
    return { outline, share: weights ? weights[index] / largest : 1 };
  }).filter(({ share }) => share >= LEAST_SHARE);
}

function ellipseLayer(ellipses: readonly Ellipse[], color: string, window: Window): Layer {
  return {
    data: {
      values: ellipses.flatMap(({ outline, share }, ellipse) =>
        outline.map(([x, y], order) => ({
          x,
          y,
          order,
          ellipse,
          line: OPACITIES.line * share,
          inside: OPACITIES.fill * share,
        })),
      ),
    },
    mark: { type: "line", color, fill: color, strokeWidth: 1.5 },
    encoding: {
      ...positions(window),
      detail: { field: "ellipse", type: "nominal" },
      order: { field: "order", type: "quantitative" },
      strokeOpacity: { field: "line", type: "quantitative", scale: null, legend: null },
      fillOpacity: { field: "inside", type: "quantitative", scale: null, legend: null },
    },
  };
}
