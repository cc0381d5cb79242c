import { element } from "../element.ts";
import { swatch } from "./swatch.ts";

/** A button a line, which hides and shows it. */
export function legendOf(names: readonly string[], muted: Set<string>, changed: () => void): HTMLElement {
  const buttons = names.map((name, order) => {
    const button = element("button", { type: "button", title: "show or hide" }, swatch(order), name);
    button.setAttribute("aria-pressed", String(!muted.has(name)));
    button.addEventListener("click", () => {
      if (!muted.delete(name)) muted.add(name);
      button.setAttribute("aria-pressed", String(!muted.has(name)));
      changed();
    });
    return button;
  });
  const legend = element("div", { className: "curves-legend" }, ...buttons);
  legend.setAttribute("role", "group");
  legend.setAttribute("aria-label", "Lines that are shown");
  return legend;
}
