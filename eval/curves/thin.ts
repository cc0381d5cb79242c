import { isDrawable } from "./drawable.ts";
import type { MetricPanel } from "./metric-panel.ts";

/** Points of one curve that are drawn at most: more than a panel has pixels. */
export const MOST_POINTS = 1000;

/**
 * Indices, ascending, of the points that stand for a curve of many: the first, the last, and of each of equally long stretches the
 * lowest and the highest, so that no peak is lost. All where there are no more than `most`. Values that have no place on the scale are
 * left out.
 *
 * @param range from `from` to before `to`
 */
export function thin(
  values: ArrayLike<number | null>,
  scale: MetricPanel["scale"] = "linear",
  most = MOST_POINTS,
  { from = 0, to = values.length }: { from?: number; to?: number } = {},
): number[] {
  const points: number[] = [];
  for (let index = from; index < to; index++) if (isDrawable(values[index], scale)) points.push(index);
  if (points.length <= most) return points;
  const stretches = Math.max(1, Math.floor((most - 2) / 2));
  const kept = [points[0]];
  const keep = (index: number): void => {
    if (index > kept[kept.length - 1]) kept.push(index);
  };
  for (let stretch = 0; stretch < stretches; stretch++) {
    const first = Math.floor((stretch * points.length) / stretches);
    const end = Math.floor(((stretch + 1) * points.length) / stretches);
    let [low, high] = [points[first], points[first]];
    for (let at = first; at < end; at++) {
      const index = points[at];
      if (values[index]! < values[low]!) low = index;
      if (values[index]! > values[high]!) high = index;
    }
    keep(Math.min(low, high));
    keep(Math.max(low, high));
  }
  keep(points[points.length - 1]);
  return kept;
}
