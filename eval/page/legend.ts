import { element } from "./element.ts";

/** A class, how its points look, and how many there are. */
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

/** Classes as buttons: pressed ones are shown. Tells which are muted whenever that changes. */
export function classLegend(
  entries: readonly ClassEntry[],
  changed: (muted: ReadonlySet<string>) => void,
): HTMLElement {
  const muted = new Set<string>();
  const buttons = entries.map((entry) => {
    const button = element("button", { type: "button" }, symbol(entry), entry.name);
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      if (!muted.delete(entry.name)) muted.add(entry.name);
      button.setAttribute("aria-pressed", String(!muted.has(entry.name)));
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
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SYMBOLS[shape] ?? SYMBOLS["circle"]);
  path.setAttribute("fill", hollow ? "none" : color);
  path.setAttribute("stroke", color);
  svg.append(path);
  for (const [name, value] of Object.entries({
    viewBox: "-8 -8 16 16",
    width: "14",
    height: "14",
    "aria-hidden": "true",
  })) {
    svg.setAttribute(name, value);
  }
  return svg;
}
