import { element } from "../element.ts";
import { withWeight, type Weights } from "./weights.ts";

export interface Sliders {
  readonly element: HTMLElement;
  /** Puts the sliders to weights over all atoms. */
  show(weights: Weights): void;
}

export interface SlidersOptions {
  /** The atoms that have a slider, of all. */
  readonly atoms: readonly number[];
  /** Their names and thumbnails. */
  readonly names: readonly string[];
  readonly images: readonly string[];
  /** Smallest weight, 0 where none is negative. */
  readonly least: number;
  onMove(weights: number[]): void;
}

const STEP = 0.01;

/** A slider an atom. As the weights have the sum one, the others give way in their proportions. */
export function makeSliders({ atoms, names, images, least, onMove }: SlidersOptions): Sliders {
  let current: Weights = [];
  const low = Math.floor(least / STEP) * STEP;
  const rows = atoms.map((atom, index) => {
    const range = element("input", {
      type: "range",
      min: String(low),
      max: String(1 - low),
      step: String(STEP),
    });
    const value = element("span", { className: "value" });
    range.addEventListener("input", () => onMove(withWeight(current, atom, Number(range.value))));
    const name = element("span", {}, element("img", { src: images[index], alt: "" }), names[index]);
    return { atom, range, value, row: element("label", {}, name, range, value) };
  });
  const rest = element("p", { className: "status" });
  return {
    element: element(
      "fieldset",
      { className: "sliders" },
      element("legend", {}, "Weights"),
      ...rows.map(({ row }) => row),
      rest,
    ),
    show(weights) {
      current = weights;
      for (const { atom, range, value } of rows) {
        const text = `${(100 * weights[atom]).toFixed(0)} %`;
        range.value = String(weights[atom]);
        range.setAttribute("aria-valuetext", text);
        value.textContent = text;
      }
      const hidden = weights.reduce((sum, weight, atom) => (atoms.includes(atom) ? sum : sum + weight), 0);
      rest.textContent = Math.abs(hidden) > 0.005 ? `Atoms that are not shown: ${(100 * hidden).toFixed(0)} %` : "";
    },
  };
}
