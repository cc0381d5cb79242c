import type { Columns } from "./columns.ts";
import type { MetricPanel } from "./metric-panel.ts";

/**
 * The panels in which some run has a curve: two points at least that its scale can show. Metrics with negative values have a linear
 * scale, whatever their panel says.
 */
export function drawablePanels(panels: readonly MetricPanel[], runs: readonly Columns[]): MetricPanel[] {
  return panels
    .map((panel) => (isNegative(panel, runs) ? { ...panel, scale: "linear" as const } : panel))
    .filter(({ metrics, scale }) =>
      runs.some((columns) => metrics.some((name) => isCurve(columns[name] ?? [], scale))),
    );
}

function isNegative({ metrics }: MetricPanel, runs: readonly Columns[]): boolean {
  return runs.some((columns) => metrics.some((name) => columns[name]?.some((value) => value !== null && value < 0)));
}

function isCurve(values: readonly (number | null)[], scale: MetricPanel["scale"]): boolean {
  let points = 0;
  for (const value of values) if (isDrawable(value, scale) && ++points === 2) return true;
  return false;
}

/** Whether a value has a place on a scale: on a logarithmic one only if it is positive. */
export function isDrawable(value: number | null | undefined, scale: MetricPanel["scale"]): value is number {
  return Number.isFinite(value) && (scale === "linear" || value! > 0);
}
