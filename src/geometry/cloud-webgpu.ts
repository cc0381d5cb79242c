import { PointMetric, type DevicePoints } from "../webgpu/costs/points.ts";
import type { Coordinates } from "./geometry.ts";
import { directionsOf } from "./point-directions.ts";

const METRICS = {
  "squared-euclidean": PointMetric.squares,
  euclidean: PointMetric.rootOfSquares,
  manhattan: PointMetric.absolutes,
  cosine: PointMetric.squares, // of the directions over sqrt(2)
} as const;

/** A cloud as the device takes it. */
export function devicePoints({ x, y, cost }: Coordinates): DevicePoints {
  const [, d] = x.shape;
  const [first, second] = [x.data, y.data].map((points) =>
    cost === "cosine" ? directionsOf(points, d).map((value) => value * Math.SQRT1_2) : points,
  );
  return { x: first, y: second, d, metric: METRICS[cost] };
}
