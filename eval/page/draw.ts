import type { View } from "../views.ts";
import { drawBarsView } from "./bars.ts";
import { drawChartView } from "./chart.ts";
import { drawSurfaceView } from "./surface.ts";
import { drawMatrixView } from "./matrix.ts";
import { drawMorphView } from "./morph.ts";
import { drawPointsView } from "./points.ts";
import { drawReconstructionsView } from "./reconstructions.ts";
import { drawCurvesView } from "./curves.ts";

type Drawers = {
  readonly [Kind in View["kind"]]: (box: HTMLElement, view: Extract<View, { kind: Kind }>) => Promise<void>;
};

/** Each kind of view, by the module that draws it. */
const DRAWERS: Drawers = {
  bars: drawBarsView,
  chart: drawChartView,
  points: drawPointsView,
  surface: drawSurfaceView,
  matrix: drawMatrixView,
  morph: drawMorphView,
  reconstructions: drawReconstructionsView,
  curves: drawCurvesView,
};

/** Draws a view of any kind into an empty element that is as wide as the picture may become. */
export async function drawView(box: HTMLElement, view: View): Promise<void> {
  const draw = DRAWERS[view.kind] as (box: HTMLElement, view: View) => Promise<void>;
  await draw(box, view);
}
