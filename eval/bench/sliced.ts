import { numberOption } from "../../src/options.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { slicedWasserstein } from "../../src/transport/sliced/sliced.ts";
import { best, GOLDEN, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

export const slicedWork = defineWork({
  description: "Sliced Wasserstein distance of two clouds, and with its gradient in the points.",
  options: {
    points: numberOption({ description: "points of each cloud", default: 10_000, least: 1, integer: true }),
    dimension: numberOption({ description: "coordinates of a point", default: 3, least: 1, integer: true }),
    projections: numberOption({ description: "directions", default: 100, least: 1, integer: true }),
  },
  peer: "sliced.py",
  hostOnly: "sorting in float64",
  async prepare({ repeat, ...sizes }) {
    return {
      ours: () => sliced({ ...sizes, repeat }),
      peerArguments: Object.entries({ ...sizes, repeat }).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

interface SlicedSettings {
  readonly points: number;
  readonly dimension: number;
  readonly projections: number;
  readonly repeat: number;
}

/**
 * SW_2 in float64 between frac(i golden) and frac(i sqrt 2)^2, i from 1 over points and coordinates in turn, along directions
 * frac(i sqrt 3) - 1/2, which are made unit vectors. Two results: the distance, and with the gradient of its square in x.
 */
async function sliced({ points, dimension, projections, repeat }: SlicedSettings): Promise<BenchResult[]> {
  const irregular = (rows: number, of: (index: number) => number) =>
    ndarray(
      Float64Array.from({ length: rows * dimension }, (_, k) => of(k + 1)),
      [rows, dimension],
    );
  const x = irregular(points, (i) => (i * GOLDEN) % 1);
  const y = irregular(points, (i) => ((i * Math.SQRT2) % 1) ** 2);
  const directions = irregular(projections, (i) => ((i * Math.sqrt(3)) % 1) - 0.5);
  const plain = await best(repeat, async () => slicedWasserstein(x, y, { directions }).distance);
  const sloped = await best(repeat, async () => {
    const result = slicedWasserstein(x, y, { directions });
    return { distance: result.distance, slopes: result.gradients().x };
  });
  const squares = sloped.value.slopes.reduce((sum, slope) => sum + slope * slope, 0);
  const settings = { points, dimension, projections };
  return [
    { work: "sliced", ...settings, value: plain.value, ...plain.timing },
    {
      work: "sliced_gradient",
      ...settings,
      value: sloped.value.distance,
      check: Math.sqrt(squares),
      ...sloped.timing,
    },
  ];
}
