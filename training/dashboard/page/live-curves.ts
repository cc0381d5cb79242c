import { columnsOf } from "../../../eval/curves/columns.ts";
import { drawCurves, type Curves } from "../../../eval/page/curves.ts";
import { element } from "../../../eval/page/element.ts";
import { addDataTable } from "../../../eval/page/table.ts";
import type { CurvesView } from "../../../eval/views.ts";
import type { Metrics } from "../../../models/task.ts";
import type { History, Row } from "../messages.ts";
import { rowsOf } from "./state.ts";

/** A run's curves as they grow, and the rows that they are drawn from as text. */
export interface LiveCurves {
  readonly box: HTMLElement;
  /** Another history, in place of what is drawn. */
  begin(history: History): void;
  append(rows: readonly Row[]): void;
  /** Frees what the charts hold. */
  leave(): void;
}

export function liveCurves(): LiveCurves {
  const figure = element("div");
  const thinned = element(
    "p",
    { className: "curves-hint", hidden: true },
    "Of a long log a part of the steps is shown.",
  );
  const data = element("div");
  let history: History | undefined;
  let rows: Row[] = [];
  let curves: Curves | undefined;
  // One after the other: rows may come while the first drawing is under way.
  let drawing: Promise<void> = Promise.resolve();
  const then = (draw: () => Promise<void> | void): void => {
    drawing = drawing.then(draw).catch((error: unknown) => {
      figure.replaceChildren(element("p", {}, `The curves cannot be drawn: ${String(error)}`));
    });
  };

  const viewOf = (): CurvesView => {
    const columns = columnsOf(rows as readonly Metrics[]);
    return { kind: "curves", ...history!.curves, runs: [{ name: "run", columns }] };
  };
  function offerData(): void {
    box.hidden = rows.length === 0;
    if (data.querySelector("details[open]")) return; // it is being read
    data.replaceChildren();
    if (rows.length > 0) addDataTable(data, [rows]);
  }
  async function draw(): Promise<void> {
    if (curves) curves.update(viewOf());
    else if (rows.length > 0) curves = await drawCurves(figure, viewOf());
  }
  const box = element("section", { hidden: true }, element("h2", {}, "Curves"), figure, thinned, data);
  return {
    box,
    begin(next) {
      history = next;
      rows = rowsOf(next);
      thinned.hidden = !next.thinned;
      offerData();
      then(draw);
    },
    append(added) {
      if (!history) return;
      rows.push(...added);
      offerData();
      then(() => (curves ? curves.append("run", added) : draw()));
    },
    leave: () => then(() => curves?.finalize()),
  };
}
