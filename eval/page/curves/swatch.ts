import { strokeOf } from "./spec.ts";

const SVG = "http://www.w3.org/2000/svg";

/** A piece of the line that is `order` in the legend. */
export function swatch(order: number): SVGElement {
  const { color, dash } = strokeOf(order);
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "line");
  const attributes = {
    x1: 0,
    y1: 5,
    x2: 22,
    y2: 5,
    stroke: color,
    "stroke-width": 3,
    "stroke-dasharray": dash.join(" "),
  };
  for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, String(value));
  svg.setAttribute("width", "22");
  svg.setAttribute("height", "10");
  svg.setAttribute("aria-hidden", "true");
  svg.append(line);
  return svg;
}
