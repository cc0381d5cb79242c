import { toIntensity } from "../../../models/wdl/intensities.ts";
import { rowsOf, sizeOf } from "../../../src/tensor/ndarray.ts";
import { unpack } from "../../packed.ts";
import type { MorphOperator, MorphView } from "../../views.ts";
import type { Rows } from "../rows.ts";
import { saveCsv } from "../download.ts";
import { element } from "../element.ts";
import { newestOnly, startMorph } from "./compute.ts";
import { curvePicture, imagePicture } from "../values-picture.ts";
import { makePad } from "./pad.ts";
import { choice } from "../choice.ts";
import { chooseAtoms, MOST_SHOWN } from "./choose-atoms.ts";
import { makeSliders } from "./sliders.ts";
import { thumbnails } from "./thumbnails.ts";
import { equalWeights, largest, oneHot, type Weights } from "./weights.ts";

/** What is drawn: weights over all atoms, and the mass that the image has. */
interface Shown {
  readonly weights: Weights;
  readonly mass: number;
}

/** Sliders, pad and presets, all showing the same weights, and the barycenter of these, computed at once. */
export async function drawLiveMorph(box: HTMLElement, view: MorphView, source: MorphOperator): Promise<void> {
  const { shape, names, tone, mass } = view;
  const compute = startMorph({ shape, source });
  const atoms = rowsOf(unpack(source.atoms), sizeOf(shape));
  const masses = unpack(view.masses);
  const points = rowsOf(unpack(view.weights), atoms.length).map((row) => Array.from(row));
  const atomNames = atoms.map((_, atom) => `atom ${atom + 1}`);
  const curves = atoms.map((atom) => atom.map((value) => toIntensity(value, mass, tone)));
  const images = thumbnails(curves, shape);

  const label = "Barycenter of the atoms with the chosen weights";
  const picture = shape.length === 2 ? imagePicture(shape, label) : curvePicture(shape[0], label, curves);
  const status = element("p", { className: "status" });
  status.setAttribute("role", "status");
  let barycenter: Float64Array | undefined;
  let shown: Shown = { weights: equalWeights(atoms.length), mass };

  const draw = async ({ weights, mass: total }: Shown) => {
    try {
      barycenter = await compute(weights);
      picture.draw(barycenter.map((value) => toIntensity(value, total, tone)));
      picture.element.removeAttribute("data-fault");
      status.textContent = "";
    } catch (error) {
      barycenter = undefined;
      picture.draw(new Float64Array(sizeOf(shape)));
      picture.element.setAttribute("data-fault", "");
      status.textContent = `There is no barycenter of these weights: ${(error as Error).message}`;
    }
    picture.element.setAttribute("data-weights", weights.map((weight) => weight.toFixed(6)).join(" "));
  };
  const redraw = newestOnly(draw);

  const presets = choice("Show", {
    "": ["all atoms alike"],
    Atoms: atomNames,
    "Data points": names,
  });
  const controls = element("div", { className: "morph-controls" });
  let visible = largest(meanOf(points, atoms.length), MOST_SHOWN);
  let showOnControls: () => void = () => undefined;
  const show = (next: Shown) => {
    shown = next;
    showOnControls();
    redraw(next);
  };
  const choose = (entry: number) => {
    const [atom, point] = [entry - 1, entry - 1 - atoms.length];
    presets.select(entry);
    if (point >= 0) show({ weights: points[point], mass: masses[point] });
    else show({ weights: atom < 0 ? equalWeights(atoms.length) : oneHot(atoms.length, atom), mass });
  };
  presets.onChoose(choose);
  const move = (weights: Weights) => {
    presets.select(undefined);
    show({ ...shown, weights });
  };

  const layOut = () => {
    const pick = <T>(values: readonly T[]) => visible.map((atom) => values[atom]);
    const least = points.reduce((low, row) => Math.min(low, ...row), 0);
    const sliders = makeSliders({ names: pick(atomNames), images: pick(images), atoms: visible, least, onMove: move });
    const pad = makePad({
      names: pick(atomNames),
      images: pick(images),
      dots: points.map(pick),
      onMove: (some) => move(atoms.map((_, atom) => some[visible.indexOf(atom)] ?? 0)),
      onDot: (dot) => choose(1 + atoms.length + dot),
    });
    controls.replaceChildren(pad.element, sliders.element);
    showOnControls = () => {
      sliders.show(shown.weights);
      pad.show(
        pick(shown.weights),
        visible.map((atom) => `${atomNames[atom]} ${percent(shown.weights[atom])}`).join(", "),
      );
    };
    showOnControls();
  };
  layOut();

  const download = element("button", { type: "button" }, "Download this barycenter as CSV");
  download.addEventListener("click", () => barycenter && saveCsv("barycenter", pixelRows(barycenter, shape)));
  const chooser = chooseAtoms(atomNames, visible, (atoms) => {
    visible = atoms;
    layOut();
  });
  const drawing = element("div", { className: "morph-picture" }, picture.element, status);
  box.append(
    element("div", { className: "controls" }, presets.element, ...chooser),
    element("div", { className: "morph" }, drawing, controls),
    element("div", { className: "controls" }, download),
  );
  await draw(shown);
}

function percent(weight: number): string {
  return `${(100 * weight).toFixed(0)} %`;
}

function meanOf(points: readonly Weights[], atoms: number): number[] {
  return Array.from({ length: atoms }, (_, s) => points.reduce((sum, row) => sum + Math.abs(row[s]), 0));
}

function pixelRows(values: Float64Array, shape: readonly number[]): Rows {
  return Array.from(values, (mass, index) =>
    shape.length === 2
      ? { row: Math.floor(index / shape[1]) + 1, column: (index % shape[1]) + 1, mass }
      : { bin: index, mass },
  );
}
