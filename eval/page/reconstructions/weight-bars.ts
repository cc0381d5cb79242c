import { element } from "../element.ts";

/** Barycentric weights of one data point as bars, an atom a row; negative ones are hollow. */
export function weightBars(atoms: number) {
  const rows = Array.from({ length: atoms }, (_, atom) => {
    const bar = element("span", { className: "bar" });
    const value = element("td", { className: "number" });
    const row = element("tr", {}, element("th", { scope: "row" }, `atom ${atom + 1}`), element("td", {}, bar), value);
    return { bar, value, row };
  });
  return {
    element: element(
      "table",
      { className: "weight-bars" },
      element("caption", {}, "Weights"),
      element("tbody", {}, ...rows.map(({ row }) => row)),
    ),
    show(weights: ArrayLike<number>) {
      rows.forEach(({ bar, value }, atom) => {
        bar.style.width = `${Math.min(100, 100 * Math.abs(weights[atom])).toFixed(1)}%`;
        bar.classList.toggle("negative", weights[atom] < 0);
        value.textContent = `${(100 * weights[atom]).toFixed(1)} %`;
      });
    },
  };
}
