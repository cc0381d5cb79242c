import { columnsOf } from "../../../eval/curves/columns.ts";
import { drawCurves, type Curves } from "../../../eval/page/curves.ts";
import { element } from "../../../eval/page/element.ts";
import { imagePicture, type ValuesPicture } from "../../../eval/page/values-picture.ts";
import { WDL_CURVES } from "../../../eval/wdl/shown.ts";
import type { MetricsRow } from "../../../models/task.ts";

/** Pixels of the longer side of an atom. */
const ATOM = 160;

export interface Progress {
  readonly box: HTMLElement;
  /** Empties it for a training of so many atoms of this size. */
  begin(atoms: number, shape: readonly number[]): void;
  step(row: MetricsRow, atoms: Float64Array): void;
}

/** The atoms as they change, and the curve of the loss. */
export function progress(): Progress {
  const atomsBox = element("div", { className: "atoms" });
  const curvesBox = element("div");
  const box = element(
    "section",
    { hidden: true },
    element("h2", {}, "Atoms"),
    atomsBox,
    element("h2", {}, "Loss"),
    curvesBox,
  );
  let pictures: ValuesPicture[] = [];
  let rows: MetricsRow[] = [];
  let curves: Promise<Curves> | undefined;

  return {
    box,
    begin(atoms, shape) {
      void curves?.then((drawn) => drawn.finalize());
      curves = undefined;
      rows = [];
      pictures = Array.from({ length: atoms }, (_, atom) => imagePicture(shape, `atom ${atom + 1}`, ATOM));
      atomsBox.replaceChildren(...pictures.map(({ element: picture }) => picture));
      curvesBox.replaceChildren();
      box.hidden = true;
    },
    step(row, atoms) {
      box.hidden = false;
      const pixels = atoms.length / pictures.length;
      pictures.forEach((picture, atom) => picture.draw(atoms.subarray(atom * pixels, (atom + 1) * pixels)));
      rows.push(row);
      if (curves) void curves.then((drawn) => drawn.append("run", [row]));
      else if (rows.length > 1) curves = drawCurves(curvesBox, view(rows));
    },
  };
}

function view(rows: readonly MetricsRow[]) {
  const { stepTitle, panels } = WDL_CURVES;
  const loss = panels.filter(({ title }) => title === "loss");
  return { kind: "curves", stepTitle, panels: loss, runs: [{ name: "run", columns: columnsOf(rows) }] } as const;
}
