import { element } from "./element.ts";
import { svgElement } from "./svg-element.ts";

/** A class and how its points look. */
export interface ClassEntry {
  readonly name: string;
  readonly color: string;
  /** Vega's name of the symbol. */
  readonly shape: string;
  /** Only the outline. @default false */
  readonly hollow?: boolean;
}

/** Vega's symbols in a square from -8 to 8. */
const SYMBOLS: Readonly<Record<string, string>> = {
  circle: "M6 0A6 6 0 1 1-6 0A6 6 0 1 1 6 0Z",
  square: "M-5-5H5V5H-5Z",
  "triangle-up": "M0-6L6 5H-6Z",
  "triangle-down": "M0 6L6-5H-6Z",
  diamond: "M0-7L6 0L0 7L-6 0Z",
  cross: "M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
};

/** Classes as buttons: pressed ones are shown. Tells the indices of those that are muted whenever that changes. */
export function classLegend(
  entries: readonly ClassEntry[],
  changed: (muted: ReadonlySet<number>) => void,
): HTMLElement {
  const muted = new Set<number>();
  const buttons = entries.map((entry, index) => {
    const button = element("button", { type: "button" }, symbol(entry), entry.name);
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      if (!muted.delete(index)) muted.add(index);
      button.setAttribute("aria-pressed", String(!muted.has(index)));
      changed(muted);
    });
    return button;
  });
  const list = element("div", { className: "legend" }, ...buttons);
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", "Classes shown");
  return list;
}

function symbol({ color, shape, hollow = false }: ClassEntry): SVGElement {
  const path = svgElement("path", {
    d: SYMBOLS[shape] ?? SYMBOLS["circle"],
    fill: hollow ? "none" : color,
    stroke: color,
  });
  return svgElement("svg", { viewBox: "-8 -8 16 16", width: 14, height: 14, "aria-hidden": "true" }, path);
}
