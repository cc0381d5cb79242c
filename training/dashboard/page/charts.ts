import type { Result } from "vega-embed";
import { element } from "../../../eval/page/element.ts";
import embed from "../../../eval/page/embed.ts";
import type { Row } from "../messages.ts";
import { metricNames } from "./words.ts";

/** Where the largest value is so many times the least, the scale is logarithmic. */
const LOG_RATIO = 30;

/** Curves of a run's metrics over its steps, that grow with it. */
export interface Charts {
  readonly box: HTMLElement;
  /** All rows, in place of those that are drawn. */
  draw(rows: readonly Row[]): Promise<void>;
  append(rows: readonly Row[]): Promise<void>;
}

export function charts(): Charts {
  const box = element("div", { className: "charts" });
  const drawn = new Map<string, Result>();

  async function draw(rows: readonly Row[]): Promise<void> {
    const metrics = [...new Set(rows.flatMap(metricNames))];
    for (const { view } of drawn.values()) view.finalize();
    drawn.clear();
    const boxes = metrics.map((metric) => {
      const chart = element("div", { role: "group" });
      chart.setAttribute("aria-label", `${metric} over the steps; the newest figures are in the table below`);
      return chart;
    });
    box.replaceChildren(...boxes);
    for (const [index, metric] of metrics.entries()) {
      drawn.set(metric, await embed(boxes[index], specOf(metric, pointsOf(metric, rows))));
    }
  }
  async function append(rows: readonly Row[]): Promise<void> {
    const isKnown = rows.flatMap(metricNames).every((metric) => drawn.has(metric));
    if (!isKnown) return;
    for (const [metric, { view }] of drawn) {
      const points = pointsOf(metric, rows);
      if (points.length > 0) await view.insert("points", points).runAsync();
    }
  }
  return { box, draw, append };
}

interface Point {
  readonly step: number;
  readonly value: number;
}

function pointsOf(metric: string, rows: readonly Row[]): Point[] {
  return rows
    .map((row) => ({ step: row["step"], value: row[metric] }))
    .filter((point): point is Point => typeof point.step === "number" && typeof point.value === "number");
}

function specOf(metric: string, points: readonly Point[]) {
  const values = points.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const type = least > 0 && most / least > LOG_RATIO ? "log" : "linear";
  return {
    data: { name: "points", values: [...points] },
    width: "container" as const,
    height: 180,
    title: metric,
    mark: {
      type: "line" as const,
      strokeWidth: 1.75,
      point: points.length < 60,
      tooltip: { content: "data" as const },
    },
    encoding: {
      x: {
        field: "step",
        type: "quantitative" as const,
        title: "step",
        scale: { nice: false },
        axis: { tickCount: 5 },
      },
      y: { field: "value", type: "quantitative" as const, title: null, scale: { type, zero: false } as const },
    },
  };
}
