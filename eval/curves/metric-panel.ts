/** Metrics that are drawn over the steps in one panel, on one axis: so all of them have one unit. */
export interface MetricPanel {
  /** Name and unit of the quantity ("PSNR (dB)"). */
  readonly title: string;
  /** As `metrics.jsonl` names them. */
  readonly metrics: readonly string[];
  readonly scale: "linear" | "log";
  /** What its steps count, where that differs from the others. @default that of the component */
  readonly stepTitle?: string;
}

/** A level to compare a metric with, a dashed line: the PSNR of a baseline. */
export interface MetricLevel {
  /** The metric whose panel it stands in. */
  readonly metric: string;
  readonly name: string;
  readonly value: number;
}

/** What is drawn of a component's metrics, wherever they are: the still picture, a report, a comparison, a dashboard. */
export interface MetricPanels {
  /** What its steps count ("L-BFGS iteration"). */
  readonly stepTitle: string;
  readonly panels: readonly MetricPanel[];
}
