/**
 * Evaluation of trained components: metrics, linear baselines, pictures, reports, and one evaluator a component. Nothing
 * here trains or changes a model.
 */
export {
  mean,
  meanPsnr,
  meanSquaredError,
  normalizedMeanSquaredError,
  perImage,
  psnr,
  type ImageMetric,
  type MeanPsnr,
} from "./metrics/images.ts";
export { foscttm, foscttmOfPairs, nearestColumns, type Foscttm } from "./metrics/alignment.ts";
export { labelsTold, labelTransfer, type LabelTransfer } from "./metrics/label-transfer.ts";
export { massInInterval } from "./metrics/mass.ts";
export type { LinearDictionary } from "./baselines/linear-dictionary.ts";
export { jmds, type JmdsOptions, type JmdsRecord, type JmdsResult } from "./baselines/jmds/jmds.ts";
export { nmf, type NmfDictionary, type NmfOptions } from "./baselines/nmf.ts";
export { pca, type PcaDictionary } from "./baselines/pca.ts";
export { barycentricPath, type BarycentricPathOptions } from "./pictures/barycentric-path.ts";
export { curvePanels, type CurveGroup, type CurvePanelOptions } from "./pictures/curves.ts";
export { gaussianEllipses, type EllipsePanel, type GaussianSet } from "./pictures/gaussian-ellipses.ts";
export { heatMap, type HeatMapOptions } from "./pictures/heat-map.ts";
export type { IntensityRange } from "./pictures/intensities.ts";
export { jointScatter, type JointScatterOptions } from "./pictures/joint-scatter.ts";
export { lineChart, type LinePanel } from "./pictures/line-chart.ts";
export { imageRows, montage, type ImageGroup, type MontageOptions } from "./pictures/montage.ts";
export type { PointSet } from "./pictures/point-sets.ts";
export { surfaceScatter, type SurfaceScatterOptions } from "./pictures/surface-scatter.ts";
export { sphereWires, torusWires, type Wire } from "./pictures/surface-wires.ts";
export { toPng, type Drawing, type Picture, type Pictures, type Raster } from "./pictures/picture.ts";
export { renderReport } from "./html/document.ts";
export {
  recordTable,
  type FigureSection,
  type GalleryImage,
  type GallerySection,
  type Highlight,
  type LiveFigure,
  type Report,
  type ReportSection,
  type TableCell,
  type TableColumn,
  type TableSection,
  type TextSection,
} from "./report.ts";
export type { BarsView, ChartView, CurvesRun, CurvesView, View } from "./views.ts";
export type { Columns } from "./curves/columns.ts";
export type { MetricLevel, MetricPanel, MetricPanels } from "./curves/metric-panel.ts";
export type { ResultFigure } from "./compare/result-figure.ts";
export {
  writeEvaluation,
  type Draw,
  type Evaluation,
  type EvaluationInput,
  type Evaluator,
  type TrainedRun,
} from "./evaluator.ts";
export { embedEvaluation, type EmbedResult } from "./embed/evaluation.ts";
export { embedEvaluator } from "./embed/evaluator.ts";
export { compareAlignments, jmdsAligner, type Aligner, type MethodAlignment } from "./embed/compare.ts";
export { alignmentScores, pairScores, type AlignmentScores, type Knowledge } from "./embed/scores.ts";
export { equalOptima, equalOptimaNote, type EqualOptimum, type StartOutcome } from "./embed/starts.ts";
export { groundMetricEvaluator, type GroundMetricComponent } from "./ground-metric/evaluator.ts";
export { metricEvaluator } from "./metric/evaluator.ts";
export { wdlEvaluator } from "./wdl/evaluator.ts";
export { wsvEvaluator } from "./wsv/evaluator.ts";
export { violins, type ViolinGroup, type ViolinPanel } from "./pictures/violins.ts";
export { compareStarts, type MethodFigures } from "./sinkinit/compare.ts";
export { imagePairs, type Pairs } from "./sinkinit/pairs.ts";
export { sinkinitEvaluator } from "./sinkinit/evaluator.ts";
