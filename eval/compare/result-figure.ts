/** A figure of a component's summary that a reader compares runs by. */
export interface ResultFigure {
  /** Name and unit ("PSNR (dB)"). */
  readonly title: string;
  /** Where `summary.json` has it: names and, in lists, positions, with dots between them ("scores.samples.0.silhouette"). */
  readonly path: string;
  /** @default neither: it is shown, and none is marked as best */
  readonly better?: "lower" | "higher";
  /** Drawn as bars as well. @default false */
  readonly bars?: boolean;
  /** Options that change what it measures: runs that differ in one of them have no best. @default none */
  readonly dependsOn?: readonly string[];
}

/** Of every component, last. */
export const SECONDS: ResultFigure = { title: "seconds of training", path: "seconds", better: "lower" };
