import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { classLooks, CLASSLESS, markSize } from "./class-looks.ts";
import { drawChart } from "./drawing.ts";
import { CATEGORICAL } from "./palette.ts";
import type { Drawing } from "./picture.ts";

export interface ScatterOptions {
  /** A class for each point, undefined for none. @default none has one */
  readonly labels?: readonly (string | undefined)[];
  readonly title?: string;
}

const SIDE = 420;

/**
 * Points [n, 2] of an embedding, coloured by class; axes carry no numbers, as those of UMAP and t-SNE mean nothing. Points
 * without a class are faded. Colours start again with another shape after the sixth class. Throws InputError on another
 * shape or number of labels.
 */
export async function scatter({ shape, data }: NdArray, options: ScatterOptions = {}): Promise<Drawing> {
  const [count, dimensions] = shape;
  const { labels = Array.from({ length: count }, () => undefined), title } = options;
  if (shape.length !== 2 || dimensions !== 2 || labels.length !== count) {
    throw new InputError(
      `scatter: expected points [n, 2] and n labels, got [${shape.join(", ")}] and ${labels.length}`,
    );
  }
  const points = Array.from(labels, (label, index) => ({ x: data[2 * index], y: data[2 * index + 1], label }));
  const looks = classLooks(labels);
  const classes = [...looks.keys()];
  const size = markSize(count);
  const axis = (field: "x" | "y") => ({
    field,
    type: "quantitative" as const,
    axis: null,
    scale: { zero: false, nice: false, padding: 8 },
  });
  const at = { x: axis("x"), y: axis("y") };
  const scale = {
    color: { domain: classes, range: [...looks.values()].map(({ color }) => color) },
    shape: { domain: classes, range: [...looks.values()].map(({ shape }) => shape) },
  };
  const unlabelled = points.filter(({ label }) => label === undefined);
  const labelled = points.filter(({ label }) => label !== undefined);
  const fill = classes.length === 0 ? CATEGORICAL[0] : CLASSLESS.color;
  const layers = [
    {
      data: { values: unlabelled },
      mark: { type: "point" as const, filled: true, size, color: fill, opacity: classes.length === 0 ? 0.8 : 0.25 },
      encoding: at,
    },
    {
      data: { values: labelled },
      mark: { type: "point" as const, filled: true, size, opacity: 0.8 },
      encoding: {
        ...at,
        color: { field: "label", type: "nominal" as const, scale: scale.color, legend: { title: null } },
        shape: { field: "label", type: "nominal" as const, scale: scale.shape, legend: { title: null } },
      },
    },
  ].filter(({ data }) => data.values.length > 0);
  return drawChart({ width: SIDE, height: SIDE, ...(title && { title }), layer: layers });
}
