import { quadraticForms, sparseRows } from "../../models/ground-metric/quadratic-forms.ts";
import type { GroundMetricSetup } from "../../models/ground-metric/setup.ts";
import { OTHER_SIDE, type BySide, type SideName } from "../../models/ground-metric/sides.ts";
import { denseMatrix, type SymmetricMatrix } from "../../models/ground-metric/symmetric-matrix.ts";

/**
 * The learned distances between features [m, m] and between samples [n, n]. Transport learns distances themselves; kernel
 * matrices and graph Laplacians are metrics of the other side, with distances ((x - y)^T M (x - y))^(1/2) between its
 * histograms.
 */
export function learnedDistances(
  matrices: BySide<SymmetricMatrix>,
  { histograms }: Pick<GroundMetricSetup, "histograms">,
): BySide<Float64Array> {
  const of = (side: SideName): Float64Array =>
    matrices[side].form === "distance"
      ? denseMatrix(matrices[side])
      : mahalanobis(histograms[side], denseMatrix(matrices[OTHER_SIDE[side]]));
  return { features: of("features"), samples: of("samples") };
}

function mahalanobis(histograms: GroundMetricSetup["histograms"][SideName], metric: Float64Array): Float64Array {
  const { count } = histograms;
  const formOf = quadraticForms(sparseRows(histograms), metric);
  const distances = new Float64Array(count * count);
  for (let i = 1; i < count; i++) {
    for (let j = 0; j < i; j++) {
      distances[i * count + j] = distances[j * count + i] = Math.sqrt(Math.max(0, formOf(i, j)));
    }
  }
  return distances;
}
