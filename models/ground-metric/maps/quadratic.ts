import { pairAt } from "../../../src/transport/pairs/pair-order.ts";
import type { DistanceMap } from "../distance-map.ts";
import { pairNumber } from "../half-iteration.ts";
import type { Histograms } from "../histograms.ts";
import type { MatrixForm } from "../symmetric-matrix.ts";
import { quadraticForms, sparseRows } from "../quadratic-forms.ts";

/** What a map makes of a quadratic form q = (z_k - z_l)^T C (z_k - z_l). */
export interface Profile {
  readonly form: MatrixForm;
  /** phi(q) */
  readonly entry: (q: number) => number;
  /** phi(0) + tau on the diagonal of a kernel matrix. @default 0 */
  readonly diagonal?: number;
}

/** A map whose values are a function of quadratic forms: two matrix products an evaluation, nothing to keep. */
export function quadraticMap(histograms: Histograms, { form, entry, diagonal = 0 }: Profile): DistanceMap {
  const rows = sparseRows(histograms);
  let prepared: { readonly cost: Float64Array; readonly formOf: (i: number, j: number) => number } | undefined;
  return {
    engine: "quadratic forms in float64",
    form,
    diagonal,
    async evaluate(cost, slice, values) {
      if (prepared?.cost !== cost) prepared = { cost, formOf: quadraticForms(rows, cost) };
      const { formOf } = prepared;
      let clamped = 0;
      for (let position = slice.from; position < slice.to; position++) {
        const [i, j] = pairAt(pairNumber(slice.list, position), histograms.count);
        const value = entry(formOf(i, j));
        const negative = form === "distance" && value < 0;
        values[position] = negative ? 0 : value;
        if (negative) clamped++;
      }
      return clamped;
    },
    save: () => ({}),
    load: () => undefined,
  };
}
