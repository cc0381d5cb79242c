import { element } from "../../../eval/page/element.ts";
import { formatNumber } from "../../../eval/format.ts";

/** Names and values below a heading; nothing where there are none. Values within values have names with dots. */
export function recordTable(title: string): { readonly box: HTMLElement; show(record: object): void } {
  const body = element("tbody");
  const scroll = element("div", { className: "table", tabIndex: 0, role: "region" }, element("table", {}, body));
  scroll.setAttribute("aria-label", title);
  const box = element("section", { hidden: true }, element("h2", {}, title), scroll);
  let shown = "";
  return {
    box,
    show(record) {
      const text = JSON.stringify(record);
      if (text === shown) return;
      shown = text;
      const rows = entriesOf(record);
      box.hidden = rows.length === 0;
      body.replaceChildren(
        ...rows.map(([name, value]) =>
          element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)),
        ),
      );
    },
  };
}

function entriesOf(record: object, prefix = ""): [name: string, value: string][] {
  return Object.entries(record).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === "number") return [[prefix + name, formatNumber(value)]];
    if (value === null || value === undefined) return [[prefix + name, "–"]];
    if (Array.isArray(value)) return [[prefix + name, JSON.stringify(value)]];
    return typeof value === "object" ? entriesOf(value, `${prefix}${name}.`) : [[prefix + name, String(value)]];
  });
}
