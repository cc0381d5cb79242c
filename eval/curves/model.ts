import type { CurvesView } from "../views.ts";
import { drawablePanels, isDrawable } from "./drawable.ts";
import type { MetricLevel, MetricPanel } from "./metric-panel.ts";
import { below, next, previous } from "./search.ts";
import { MOST_POINTS, thin } from "./thin.ts";

/** What x is. */
export type Axis = "step" | "seconds";
/** The part of x that is seen. */
export type Window = readonly [low: number, high: number];
/** A row of `metrics.jsonl`; null is a value that is not finite. */
export type MetricsLine = Readonly<Record<string, number | null>>;

/** One line of a panel. */
interface Series {
  /** What the legend calls it: the run where there are several, else the metric. */
  readonly name: string;
  /** Its place among those of the legend, which gives it its colour. */
  readonly order: number;
  readonly run: Run;
  readonly metric: string;
}

export interface Panel extends MetricPanel {
  readonly series: readonly Series[];
  readonly levels: readonly MetricLevel[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

type Column = (number | null)[];

interface Run {
  readonly name: string;
  readonly columns: Record<string, Column>;
}

/** Points of all lines of a panel together: what a browser draws without delay. */
const MOST_IN_PANEL = 6000;

/** Runs and what a reader has chosen to see of them; knows nothing of a page. */
export class CurvesModel {
  axis: Axis = "step";
  /** @default all */
  window: Window | undefined;
  /** Names in the legend whose lines are hidden. */
  readonly muted = new Set<string>();
  /** Scales that the reader has changed, by the titles of the panels. */
  readonly scales = new Map<string, MetricPanel["scale"]>();
  #view: CurvesView;
  #runs: Run[];

  constructor(view: CurvesView) {
    this.#view = view;
    this.#runs = runsOf(view);
  }

  /** Other runs, panels and levels; what the reader has chosen stays. */
  replace(view: CurvesView): void {
    this.#view = view;
    this.#runs = runsOf(view);
  }

  /** Adds steps to a run, which is new where none has this name. Steps that were there before, from a resumed run, are replaced. */
  append(name: string, lines: readonly MetricsLine[]): void {
    if (lines.length === 0) return;
    let run = this.#runs.find((one) => one.name === name);
    if (!run) this.#runs.push((run = { name, columns: { step: [], seconds: [] } }));
    const { columns } = run;
    const kept = below(columns["step"], lines[0]["step"] ?? 0);
    for (const column of Object.values(columns)) column.length = kept;
    for (const line of lines) {
      for (const metric of Object.keys(line)) columns[metric] ??= new Array<null>(columns["step"].length).fill(null);
      for (const [metric, column] of Object.entries(columns)) column.push(line[metric] ?? null);
    }
  }

  /** Whether runs have the colours. */
  get comparesRuns(): boolean {
    return this.#runs.length > 1;
  }

  /** Whether all runs tell the time of their steps. */
  get hasSeconds(): boolean {
    return this.#runs.every(({ columns }) => columns["seconds"]?.every((value) => value !== null));
  }

  get runNames(): string[] {
    return this.#runs.map(({ name }) => name);
  }

  get stepTitle(): string {
    return this.#view.stepTitle;
  }

  /** The panels that have something to show. With several runs each metric has one of its own, as the colours are taken. */
  get panels(): Panel[] {
    const { levels = [] } = this.#view;
    const shown = drawablePanels(
      this.#view.panels,
      this.#runs.map(({ columns }) => columns),
    ).map((panel) => ({ ...panel, scale: this.scales.get(panel.title) ?? panel.scale }));
    if (!this.comparesRuns) {
      return shown.map((panel) => {
        const metrics = panel.metrics.filter((metric) => this.#runs[0].columns[metric]);
        const series = metrics.map((metric, order) => ({ name: metric, order, run: this.#runs[0], metric }));
        return { ...panel, series, levels: levels.filter(({ metric }) => metrics.includes(metric)) };
      });
    }
    return shown.flatMap((panel) =>
      panel.metrics
        .filter((metric) => this.#runs.some(({ columns }) => columns[metric]))
        .map((metric) => ({
          ...panel,
          title: panel.metrics.length === 1 ? panel.title : `${panel.title}: ${metric}`,
          scale: this.scales.get(`${panel.title}: ${metric}`) ?? panel.scale,
          series: this.#runs
            .map((run, order) => ({ name: run.name, order, run, metric }))
            .filter(({ run }) => run.columns[metric]),
          levels: levels.filter((level) => level.metric === metric),
        })),
    );
  }

  /** From the first to the last x of all runs. */
  get extent(): Window {
    let [low, high] = [Infinity, -Infinity];
    for (const { columns } of this.#runs) {
      const x = columns[this.axis];
      if (!x?.length) continue;
      low = Math.min(low, x[0] ?? Infinity);
      high = Math.max(high, x[x.length - 1] ?? -Infinity);
    }
    return low < high ? [low, high] : [Math.min(low, high), Math.min(low, high) + 1];
  }

  /** Shows from `low` to `high`, within what there is; all where that is everything. */
  zoom([low, high]: Window): void {
    const [first, last] = this.extent;
    const least = (last - first) * 1e-6;
    const bounded: Window = [Math.max(first, low), Math.min(last, Math.max(high, low + least))];
    this.window = bounded[0] > first || bounded[1] < last ? bounded : undefined;
  }

  /** The visible points of a panel's lines, thinned, one line after the other. */
  points({ series, scale }: Panel): Point[] {
    const visible = series.filter(({ name }) => !this.muted.has(name));
    const most = Math.min(MOST_POINTS, Math.floor(MOST_IN_PANEL / Math.max(1, visible.length)));
    const [low, high] = this.window ?? this.extent;
    return visible.flatMap(({ name, run, metric }) => {
      const [x, y] = [run.columns[this.axis], run.columns[metric]];
      // one more on each side, so that lines reach the edge
      const from = previous(y, scale, below(x, low));
      const to = next(y, scale, below(x, high, true));
      return thin(y, scale, most, { from, to }).map((at) => ({ x: x[at]!, y: y[at]!, name }));
    });
  }

  /** The x of a point of a panel that is nearest to `x`; undefined where it has none. */
  nearest(panel: Panel, x: number): number | undefined {
    const places = this.at(panel, x, true).map((point) => point.x);
    if (places.length === 0) return undefined;
    return places.reduce((best, place) => (Math.abs(place - x) < Math.abs(best - x) ? place : best));
  }

  /** The point of each line of a panel that is nearest to `x`, of those lines that reach so far (or of all). */
  at({ series, scale }: Panel, x: number, all = false): Point[] {
    return series.flatMap(({ name, run, metric }) => {
      if (this.muted.has(name)) return [];
      const [places, values] = [run.columns[this.axis], run.columns[metric]];
      const position = below(places, x);
      const candidates = [previous(values, scale, position), next(values, scale, position) - 1].filter(
        (index) => index >= 0 && index < places.length && isDrawable(values[index], scale),
      );
      if (candidates.length === 0) return [];
      const [nearest] = candidates.sort((a, b) => Math.abs(places[a]! - x) - Math.abs(places[b]! - x));
      const reaches = all || (x >= (places[0] ?? 0) && x <= (places[places.length - 1] ?? 0));
      return reaches ? [{ x: places[nearest]!, y: values[nearest]!, name }] : [];
    });
  }

  /** The x of the next (1) or the previous (-1) point of a panel, as many on as `count`. */
  along({ series, scale }: Panel, x: number, direction: 1 | -1, count: number): number {
    const shown = series.find(({ name }) => !this.muted.has(name));
    if (!shown) return x;
    const [places, values] = [shown.run.columns[this.axis], shown.run.columns[shown.metric]];
    let at = direction > 0 ? below(places, x, true) - 1 : below(places, x);
    for (let moved = 0; moved < count; moved++) {
      const to = direction > 0 ? next(values, scale, at + 1) - 1 : previous(values, scale, at);
      if (to === at || to < 0 || to >= places.length || !isDrawable(values[to], scale)) break;
      at = to;
    }
    return places[Math.min(Math.max(at, 0), places.length - 1)] ?? x;
  }
}

/** The runs with columns of their own, which grow. */
function runsOf({ runs }: CurvesView): Run[] {
  return runs.map(({ name, columns }) => ({
    name,
    columns: Object.fromEntries(Object.entries(columns).map(([metric, values]) => [metric, [...values]])),
  }));
}
